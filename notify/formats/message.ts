/** One event as a format is handed it. */
export type Message = {
  event: string
  occurred_at: Date
  project_id: string
  payload: Record<string, unknown>
  /** Where people reach the pages; null when nobody has said. */
  public_url: string | null
}

/** A way to write a message: gives the body, the same at every attempt. */
export type Format = (message: Message) => string
