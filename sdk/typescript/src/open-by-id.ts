const MOST_OPEN = 10_000

/** What is open, by its id; the oldest is forgotten when nobody ever ends what they begin. */
export function openById<T>() {
  const open = new Map<string, T>()
  return {
    get: (id: string): T | undefined => open.get(id),
    delete: (id: string): void => void open.delete(id),
    set(id: string, value: T): void {
      open.set(id, value)
      if (open.size <= MOST_OPEN) return
      for (const oldest of open.keys()) {
        open.delete(oldest)
        break
      }
    },
  }
}
