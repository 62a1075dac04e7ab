const PREVIEW = 200

/** Text that Postgres takes: NUL and lone surrogates become U+FFFD. */
export const clean = (text: string): string =>
  isClean(text) ? text : text.toWellFormed().replaceAll('\0', '�')

export const cleanOrNull = (text: string | null | undefined): string | null => (text ? clean(text) : null)

/** Names of which no two are alike: a later one that is taken is numbered. */
export function distinct(names: string[]): string[] {
  const taken = new Set<string>()
  /** Up to which number a name is known to be taken: thousands of names may be masked alike. */
  const numbers = new Map<string, number>()
  return names.map((name) => {
    let free = name
    let number = numbers.get(name) ?? 1
    while (taken.has(free)) free = `${name} ${++number}`
    numbers.set(name, number)
    taken.add(free)
    return free
  })
}

const isClean = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

function isCleanJson(value: unknown): boolean {
  if (typeof value === 'string') return isClean(value)
  if (Array.isArray(value)) return value.every(isCleanJson)
  if (value === null || typeof value !== 'object') return true
  return Object.keys(value).every(isClean) && Object.values(value).every(isCleanJson)
}

function rewrite(value: unknown): unknown {
  if (typeof value === 'string') return clean(value)
  if (Array.isArray(value)) return value.map(rewrite)
  if (value === null || typeof value !== 'object') return value
  const names = distinct(Object.keys(value).map(clean))
  return Object.fromEntries(Object.values(value).map((member, at) => [names[at], rewrite(member)]))
}

/** The same for every text and key inside a JSON value, for values that become jsonb; most are clean and stay themselves. */
export function cleanJson(value: Record<string, unknown>): Record<string, unknown>
export function cleanJson(value: unknown): unknown
export function cleanJson(value: unknown): unknown {
  return isCleanJson(value) ? value : rewrite(value)
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The text of a chat message, or of its first text part. */
function contentOf(message: unknown): string | null {
  if (!isRecord(message)) return null
  const content = message['content']
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return null
  const part: unknown = content.find((each) => isRecord(each) && typeof each['text'] === 'string')
  return isRecord(part) ? String(part['text']) : null
}

/** The text that a value is itself, or the last message of the conversation that it is; null for any other. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  const messages = isRecord(value) ? value['messages'] : value
  return contentOf(Array.isArray(messages) ? messages.at(-1) : value)
}

/** What a person would read of a value: the last message of a conversation, a text, else JSON. */
export const readable = (value: unknown): string => textOf(value) ?? JSON.stringify(value) ?? ''

/** As much of a value as its JSON begins with, so that of a large one little is written: each part of it is at least a sign. */
function beginningOf(value: unknown, left = { parts: PREVIEW }): unknown {
  left.parts--
  if (typeof value === 'string') return value.slice(0, PREVIEW)
  if (Array.isArray(value)) {
    const parts: unknown[] = []
    for (const each of value) {
      if (left.parts <= 0) break
      parts.push(beginningOf(each, left))
    }
    return parts
  }
  if (!isRecord(value)) return value
  const members: [string, unknown][] = []
  for (const name of Object.keys(value)) {
    if (left.parts <= 0) break
    members.push([name, beginningOf(value[name], left)])
  }
  return Object.fromEntries(members)
}

/** The first 200 characters of a value for lists; null when nothing was said. */
export function preview(value: unknown): string | null {
  if (value === undefined || value === null) return null
  const text = (textOf(value) ?? JSON.stringify(beginningOf(value)) ?? '').slice(0, PREVIEW)
  return text === '' ? null : clean(text)
}

export { isRecord }
