import { cleanOrNull } from '../clean.ts'
import type { NodeRef } from '../saying.ts'
import { unfold } from './read-json.ts'

type Metadata = Record<string, unknown>

const LONGEST = 255
/** LangGraph's own steps, which nobody wrote into the graph. */
const OWN = new Set(['__start__', '__end__'])
const HIDDEN = 'langsmith:hidden'

const textOf = (value: unknown): string => {
  const read = unfold(value)
  return typeof read === 'string' ? read : typeof read === 'number' ? String(read) : ''
}

export function textsOf(value: unknown): string[] {
  const read = unfold(value)
  if (Array.isArray(read)) return read.filter((each) => typeof each === 'string')
  return typeof read === 'string' && read !== '' ? read.split(',').map((each) => each.trim()) : []
}

/** `review:<uuid>|write:<uuid>`: the way through the graphs to a visit. */
function readNamespace(text: string): { names: string[]; outer: string } {
  const parts = text.split('|').filter(Boolean)
  return { names: parts.map((part) => part.split(':')[0] ?? ''), outer: parts.slice(0, -1).join('|') }
}

/** `join:a+b:c` names where a node was come from; other triggers name only where to. */
function parentsOf(triggers: string[]): string[] {
  return triggers.flatMap((trigger) => {
    if (trigger.startsWith('start:') || trigger === '__start__' || trigger === 'branch:to:__start__')
      return ['__start__']
    const [, sources] = /^join:(.+):[^:]*$/.exec(trigger) ?? []
    return sources === undefined ? [] : sources.split('+')
  })
}

/** Only the run of the node itself is a visit: what runs inside it carries the same metadata. */
function isVisit(node: string, name: string, tags: string[]): boolean {
  if (OWN.has(node) || tags.includes(HIDDEN)) return false
  if (tags.some((tag) => tag.startsWith('graph:step:'))) return true
  return name === node && !tags.some((tag) => tag.startsWith('seq:step:'))
}

/**
 * The visit of a LangGraph node that a span is, from what LangChain writes into its metadata; null when it is none. Nodes
 * of a graph inside a node are `outer:inner`, as LangGraph draws them.
 */
export function readVisit(metadata: Metadata, name: string, span_tags: string[]): NodeRef | null {
  const node = textOf(metadata['langgraph_node']).slice(0, LONGEST)
  if (node === '') return null
  if (!isVisit(node, name, [...span_tags, ...textsOf(metadata['tags'])])) return null
  const ns = textOf(metadata['langgraph_checkpoint_ns']) || textOf(metadata['checkpoint_ns'])
  const { names, outer } = readNamespace(ns.slice(0, 1024))
  const above = names.slice(0, -1)
  const full = (each: string) => (OWN.has(each) ? each : [...above, each].join(':').slice(0, LONGEST))
  const step = Number(textOf(metadata['langgraph_step']))
  return {
    run_id: cleanOrNull(outer),
    node_id: full(node),
    node_name: node,
    node_type: 'runnable',
    parent_node_ids: [...new Set(parentsOf(textsOf(metadata['langgraph_triggers'])).map(full))],
    visit: null,
    source_ref: null,
    ...(Number.isInteger(step) && textOf(metadata['langgraph_step']) !== '' ? { step } : {}),
    ...(ns === '' ? {} : { task: ns.slice(0, 1024) }),
  }
}
