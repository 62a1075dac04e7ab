/** A part of a multipart body: JSON, text or bytes. */
export type Part = { name: string; content: unknown; type?: string }

export type Json = Record<string, unknown>

const APART = ['inputs', 'outputs', 'events', 'extra', 'error', 'serialized']

export const BOUNDARY = '----LangSmithFormBoundaryabc123'

const bytesOf = (content: unknown): Uint8Array =>
  content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content))

/** The bytes of a body as LangSmith's clients write it. */
export function multipart(parts: Part[], boundary = BOUNDARY): Buffer {
  const pieces = parts.flatMap(({ name, content, type = 'application/json' }) => {
    const bytes = bytesOf(content)
    const head =
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n` +
      `Content-Type: ${type}; length=${bytes.length}\r\n\r\n`
    return [Buffer.from(head), bytes, Buffer.from('\r\n')]
  })
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
}

/** The parts of one run, its large members in parts of their own. */
export function partsOf(operation: 'post' | 'patch', run: Json): Part[] {
  const name = `${operation}.${String(run['id'])}`
  const main = Object.fromEntries(Object.entries(run).filter(([member]) => !APART.includes(member)))
  const apart = APART.filter((member) => run[member] !== undefined)
  return [
    { name, content: main },
    ...apart.map((member) => ({ name: `${name}.${member}`, content: run[member] })),
  ]
}
