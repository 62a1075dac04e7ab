import { isRecord } from '../clean.ts'
import { readMessages } from '../dialects/messages.ts'

type Json = Record<string, unknown>

/** LangChain writes its objects as the call that makes them: `{lc: 1, type: 'constructor', id, kwargs}`. */
const isConstructor = (value: Json): boolean =>
  value['lc'] === 1 &&
  value['type'] === 'constructor' &&
  Array.isArray(value['id']) &&
  isRecord(value['kwargs'])

function openObject(value: Json): unknown {
  if (!isConstructor(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, openConstructors(member)]))
  }
  const message = readMessages(value)
  return Array.isArray(message) ? message[0] : openConstructors(value['kwargs'])
}

/** The value with LangChain's objects in it as what they are: messages in the one form, others as their members. */
function openConstructors(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(openConstructors)
  return isRecord(value) ? openObject(value) : value
}

/** What stands in an object only because it was no object itself. */
const WRAPPERS = { inputs: ['input'], outputs: ['output', 'outputs'] }

/** What a run was given or gave, without what only the wire needs. */
export function openPayload(side: keyof typeof WRAPPERS, value: unknown): unknown {
  if (value === null || value === undefined) return undefined
  const opened = openConstructors(value)
  if (!isRecord(opened)) return readMessages(opened)
  const [name, ...others] = Object.keys(opened)
  const bare =
    name !== undefined && others.length === 0 && WRAPPERS[side].includes(name) ? opened[name] : opened
  return readMessages(bare)
}
