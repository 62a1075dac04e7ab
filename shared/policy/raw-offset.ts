/** Characters that an escape of a double-quoted scalar takes in the text, the backslash counted. */
function escapeLength(raw: string, at: number): number {
  const sign = raw[at + 1] ?? ''
  return sign === 'u' ? 6 : sign === 'x' ? 4 : sign === 'U' ? 10 : 2
}

function quotedOffset(raw: string, offset: number): number {
  const quote = raw[0]
  let at = 1
  for (let passed = 0; passed < offset && at < raw.length; passed++) {
    if (quote === '"' && raw[at] === '\\') at += escapeLength(raw, at)
    else at += quote === "'" && raw.startsWith("''", at) ? 2 : 1
  }
  return at
}

/** Lines of a block scalar stand below its header, each after the same indent. */
function blockOffset(raw: string, value: string, offset: number): number {
  const before = value.slice(0, offset).split('\n')
  const rows = raw.split('\n')
  const row = before.length
  const start = rows.slice(0, row).reduce((sum, text) => sum + text.length + 1, 0)
  const text = rows[row] ?? ''
  return start + (text.length - text.trimStart().length) + (before.at(-1)?.length ?? 0)
}

/** Where in the raw text of a YAML scalar the character of its value stands; its start when that cannot be told. */
export function rawOffset(raw: string, value: string, offset: number): number {
  if (raw.startsWith(value)) return offset
  if (raw.startsWith('|')) return blockOffset(raw, value, offset)
  if (raw.includes('\n')) return 0
  return raw.startsWith('"') || raw.startsWith("'") ? quotedOffset(raw, offset) : 0
}
