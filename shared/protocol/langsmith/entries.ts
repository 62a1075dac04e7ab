import { FIELDS, type Field } from './fields.ts'
import type { Multipart, Part } from './multipart.ts'
import type { Operation } from './read-run.ts'

/** The parts that tell of one run: the main one, members of it that stand apart, and what came with it. */
export type RunEntry = {
  kind: Operation
  id: string
  main: Part
  fields: Map<Field, Part>
  files: { name: string; part: Part }[]
}

/** What stands at a place of a multipart body. `of` is the place of the part to which this one belongs. */
export type Entry =
  | RunEntry
  | { kind: 'feedback'; id: string; main: Part }
  | { kind: 'belongs'; of: number }
  | { kind: 'gone' }
  | { kind: 'unknown'; name: string; msg: string }

const RUN = /^(post|patch)\.([^.]+)$/
const FIELD = /^(post|patch)\.([^.]+)\.([a-z]+)$/
const FILE = /^attachment\.([^.]+)\.(.+)$/s
const FEEDBACK = /^feedback\.(.+)$/s

const isField = (name: string): name is Field => FIELDS.some((field) => field === name)
const isOperation = (name: string | undefined): name is Operation => name === 'post' || name === 'patch'

function entryOf(part: Part): Entry {
  const [, operation, id] = RUN.exec(part.name) ?? []
  if (isOperation(operation) && id !== undefined)
    return { kind: operation, id, main: part, fields: new Map(), files: [] }
  const [, feedback] = FEEDBACK.exec(part.name) ?? []
  if (feedback !== undefined) return { kind: 'feedback', id: feedback, main: part }
  if (part.name === '') return { kind: 'gone' }
  return {
    kind: 'unknown',
    name: part.name,
    msg: 'Expected post.<id>, patch.<id>, attachment.<id>.<name> or feedback.<id>',
  }
}

/** Where the main parts of runs stand, by what the parts that belong to them call them, in the order of the body. */
function placesOf(entries: Entry[]): Map<string, number[]> {
  const places = new Map<string, number[]>()
  const add = (name: string, at: number) => {
    const known = places.get(name)
    if (known) known.push(at)
    else places.set(name, [at])
  }
  entries.forEach((entry, at) => {
    if (entry.kind !== 'post' && entry.kind !== 'patch') return
    add(`${entry.kind}.${entry.id}`, at)
    add(entry.id, at)
  })
  return places
}

/** The last of these places before one, else the first. */
function nearest(places: number[] | undefined, at: number): number | null {
  if (!places || places[0] === undefined) return null
  let [low, high] = [0, places.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((places[middle] ?? 0) < at) low = middle + 1
    else high = middle
  }
  return places[Math.max(0, low - 1)] ?? null
}

/** Sorts the parts of a body by what they tell of: members and files go to the nearest part of their run. */
export function entriesOf({ parts }: Multipart): Entry[] {
  const entries = parts.map(entryOf)
  const places = placesOf(entries)
  parts.forEach((part, at) => {
    const [, operation, run_id, field] = FIELD.exec(part.name) ?? []
    const [, file_of, file] = FILE.exec(part.name) ?? []
    const is_member = field !== undefined && isField(field)
    if (!is_member && file === undefined) return
    const of = nearest(places.get(is_member ? `${operation}.${run_id}` : (file_of ?? '')), at)
    const run = of === null ? undefined : entries[of]
    if (of === null || (run?.kind !== 'post' && run?.kind !== 'patch')) {
      const needed = is_member ? `${operation}.${run_id}` : `post.${file_of} or patch.${file_of}`
      entries[at] = { kind: 'unknown', name: part.name, msg: `The body has no part ${needed}` }
      return
    }
    if (is_member) run.fields.set(field, part)
    else run.files.push({ name: file ?? '', part })
    entries[at] = { kind: 'belongs', of }
  })
  return entries
}
