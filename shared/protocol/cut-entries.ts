const utf8 = new TextDecoder('utf-8')

/** The end of the string literal that begins at `at`. */
function endOfString(text: string, at: number): number {
  let end = at + 1
  while (text[end] !== '"') end += text[end] === '\\' ? 2 : 1
  return end + 1
}

const SPACE = /\s/

function skipSpace(text: string, at: number): number {
  let next = at
  while (SPACE.test(text[next] ?? '')) next++
  return next
}

/** The end of the JSON value that begins at `at`; the text has been parsed, so it is valid. */
function endOfValue(text: string, at: number): number {
  let depth = 0
  for (let end = at; ;) {
    const sign = text[end] ?? ''
    if (sign === '"') end = endOfString(text, end)
    else if (depth === 0 && (sign === '' || /[,\]}\s]/.test(sign))) return end
    else {
      if (sign === '{' || sign === '[') depth++
      if (sign === '}' || sign === ']') depth--
      end++
    }
    if (depth === 0 && /["}\]]/.test(text[end - 1] ?? '')) return end
  }
}

/** Calls `visit` with the bounds of each part of the object or array that begins at `at`, separators left out. */
function walk(text: string, at: number, visit: (from: number, to: number) => void): void {
  let next = skipSpace(text, at + 1)
  while (!/[\]}]/.test(text[next] ?? ']')) {
    const end = endOfValue(text, next)
    visit(next, end)
    next = skipSpace(text, end)
    if (/[,:]/.test(text[next] ?? '')) next = skipSpace(text, next + 1)
  }
}

/** The members of a JSON object as they are written; of members with one name the last counts, as for JSON.parse. */
function membersOf(text: string): Map<string, string> {
  const members = new Map<string, string>()
  let name: string | null = null
  walk(text, text.indexOf('{'), (from, to) => {
    const part = text.slice(from, to)
    // Names and values alternate; a name is a string literal.
    if (name === null) name = JSON.parse(part) as string
    else {
      members.set(name, part)
      name = null
    }
  })
  return members
}

/**
 * The text of a JSON object in which these entries of one of its arrays are null, or what `blank` puts there, so that no
 * other entry's position shifts: the others stay byte for byte. Of the object's members `keep` and the array stay.
 */
export function cutEntries(
  body: Uint8Array,
  array: string,
  ordinals: Set<number>,
  keep: string[],
  blank: (entry: string) => string = () => 'null',
): Uint8Array {
  const text = utf8.decode(body)
  const members = membersOf(text)
  const list = members.get(array) ?? '[]'
  const entries: string[] = []
  walk(list, 0, (from, to) => {
    const entry = list.slice(from, to)
    entries.push(ordinals.has(entries.length) ? blank(entry) : entry)
  })
  const kept = keep.flatMap((name) => {
    const value = members.get(name)
    return value === undefined ? [] : [`${JSON.stringify(name)}:${value}`]
  })
  return Buffer.from(`{${[...kept, `${JSON.stringify(array)}:[${entries.join(',')}]`].join(',')}}`)
}
