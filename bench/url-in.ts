const READY_MS = 60_000

/** Reads what a process prints until it has told the URL that stands after `last`; gives all that it told by then. */
export async function urlIn(
  stream: ReadableStream<Uint8Array>,
  last: string,
): Promise<(name: string) => string> {
  const decoder = new TextDecoder()
  const late = Date.now() + READY_MS
  let printed = ''
  const url = (name: string) => new RegExp(`${name} +(http://\\S+)\\s`).exec(printed)?.[1]
  for await (const part of stream) {
    printed += decoder.decode(part, { stream: true })
    if (url(last)) return (name) => url(name) ?? ''
    if (Date.now() > late) break
  }
  throw new Error(`it did not start: ${printed}`)
}
