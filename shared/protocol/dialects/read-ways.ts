import { isRecord } from '../clean.ts'
import { unfold } from './read-json.ts'

const LONGEST = 255
const MOST = 100

/** LangGraph of Python tells a Send as text, where nothing knows how to write one. */
const SEND = /^Send\(node='([^']+)'/
const QUOTED = /^'[^']*'$/
const IS_COMMAND = new Set(['graph', 'update', 'resume', 'goto', 'lg_name'])

const isName = (text: string): boolean => text !== '' && text.length <= LONGEST && !/[\n\r]/.test(text)

/** The node that one destination names: by its name, or as a Send. */
function nameOf(said: unknown): string | null {
  if (typeof said === 'string') {
    const name = SEND.exec(said)?.[1] ?? said
    return isName(name) ? name : null
  }
  if (!isRecord(said)) return null
  const is_send = said['lg_name'] === 'Send' || 'args' in said || 'arg' in said
  const node = said['node']
  return is_send && typeof node === 'string' && isName(node) ? node : null
}

/** All the nodes that a value names, or none where any of it names no node. */
function namesOf(said: unknown): string[] {
  const list: unknown[] = Array.isArray(said) ? said : [said]
  if (list.length === 0 || list.length > MOST) return []
  const names = list.map(nameOf)
  return names.every((name) => name !== null) ? [...new Set(names)] : []
}

/** A value that is no object stands in one, as `output`. */
function bare(output: unknown): unknown {
  const read = unfold(output)
  const only = isRecord(read) && Object.keys(read).length === 1 ? read['output'] : undefined
  return only === undefined ? read : unfold(only)
}

/** `Command(goto=…)` as text: names alone are read, since an argument may hold anything. */
function gotoOf(text: string): unknown {
  const said = /^Command\(.*\bgoto=(?:\[([^[\]]*)\]|('[^']*'))\)$/s.exec(text)
  const parts = (said?.[1] ?? said?.[2] ?? '').split(', ')
  return parts.every((part) => QUOTED.test(part)) ? parts.map((part) => part.slice(1, -1)) : undefined
}

/** Where a node that answered with a Command goes to, in the names of its graph. */
export function readCommand(output: unknown): string[] {
  const said = bare(output)
  if (typeof said === 'string') return namesOf(gotoOf(said))
  if (!isRecord(said) || !Object.keys(said).every((name) => IS_COMMAND.has(name))) return []
  // A Command to the graph above names nodes of that one.
  return said['graph'] ? [] : namesOf(said['goto'])
}

/** Where a conditional edge decided to go: a name, several, or Sends. It may also be a label that the app maps to one. */
export const readChoice = (output: unknown): string[] => namesOf(bare(output))

/** Older versions tell the way by a step of their own: `ChannelWrite<branch:to:act>`. */
export const readWrite = (name: string): string[] =>
  name.startsWith('ChannelWrite<')
    ? Array.from(name.matchAll(/\bbranch:to:([^,<>]+)/g), ([, to = '']) => to)
        .filter(isName)
        .slice(0, MOST)
    : []
