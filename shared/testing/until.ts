const LIMIT_MS = 10_000
const PAUSE_MS = 5

/** Waits until something is so, and tells how many milliseconds that took. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<number> {
  const since = performance.now()
  while (!(await isSo())) {
    if (performance.now() - since > LIMIT_MS) throw new Error(`it did not come about: ${what}`)
    await Bun.sleep(PAUSE_MS)
  }
  return performance.now() - since
}
