import { clean, cleanOrNull } from '../clean.ts'
import type { ChoiceRef, NodeRef } from '../saying.ts'
import { unfold } from './read-json.ts'
import { readChoice, readCommand, readWrite } from './read-ways.ts'

type Metadata = Record<string, unknown>

/** What a run of LangChain is, as any dialect tells it; its output is read only where it may name nodes. */
type Run = { metadata: Metadata; name: string; tags: string[]; span_type: string; output: () => unknown }

const LONGEST = 255
const LONGEST_TASK = 1024
const MOST_TRIGGERS = 100
const MOST_JOINS = 10
/** LangGraph's own steps, which nobody wrote into the graph. */
const OWN = new Set(['__start__', '__end__'])
const HIDDEN = 'langsmith:hidden'
const START = '__start__'
/** What LangChain itself calls its steps; a conditional edge has the name of its function, or none of its own. */
const OF_LANGCHAIN = /^(?:Runnable(?!Lambda$|Callable$)\w*|LangGraph|\w*(?:Parser|Prompt|PromptTemplate))$/

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

const isFromStart = (trigger: string): boolean =>
  trigger.startsWith('start:') || trigger === START || trigger === `branch:to:${START}`

/** `join:a+b:c` names where a node was come from; other triggers name only where to. */
function joinOf(trigger: string): string[] | null {
  const [, sources] = /^join:(.+):[^:]*$/.exec(trigger) ?? []
  return sources === undefined ? null : sources.split('+', MOST_TRIGGERS)
}

/** Only the run of the node itself is a visit: what runs inside it carries the same metadata. */
function isVisit(node: string, name: string, tags: string[]): boolean {
  if (OWN.has(node) || tags.includes(HIDDEN)) return false
  if (tags.some((tag) => tag.startsWith('graph:step:'))) return true
  return name === node && !tags.some((tag) => tag.startsWith('seq:step:'))
}

/** A run inside a visit that may be one of its conditional edges; the first step of a node is the node's own. */
const mayChoose = ({ name, span_type }: Run, tags: string[]): boolean =>
  (span_type === 'chain' || span_type === 'span') && !OF_LANGCHAIN.test(name) && !tags.includes('seq:step:1')

/** How the joins of a node are told: JavaScript names the trigger that it was, Python all that there are. */
function joinsOf(triggers: string[], full: (name: string) => string): NodeRef['joins'] {
  const joins = triggers.map(joinOf).filter((sources) => sources !== null)
  const sure = triggers.length === 1
  return joins.length === 0
    ? undefined
    : joins.slice(0, MOST_JOINS).map((sources) => ({ from: sources.map(full), sure }))
}

/**
 * What a run is to its graph, from what LangChain writes into its metadata: a visit of a node, a choice of where a visit
 * goes next, or null. Nodes of a graph inside a node are `outer:inner`, as LangGraph draws them.
 */
export function readGraph(run: Run): NodeRef | ChoiceRef | null {
  const { metadata, name } = run
  const node = textOf(metadata['langgraph_node']).slice(0, LONGEST)
  if (node === '') return null
  const tags = [...run.tags, ...textsOf(metadata['tags'])]
  const ns = textOf(metadata['langgraph_checkpoint_ns']) || textOf(metadata['checkpoint_ns'])
  const task = ns.slice(0, LONGEST_TASK)
  const { names, outer } = readNamespace(task)
  const above = names.slice(0, -1)
  const full = (each: string) => (OWN.has(each) ? each : clean([...above, each].join(':').slice(0, LONGEST)))
  if (!isVisit(node, name, tags)) {
    const written = readWrite(name)
    const to = written.length === 0 && mayChoose(run, tags) ? readChoice(run.output()) : written
    if (to.length === 0 || task === '' || OWN.has(node)) return null
    return { goes_to: to.map(full), task: clean(task) }
  }
  const triggers = textsOf(metadata['langgraph_triggers']).slice(0, MOST_TRIGGERS)
  const step = textOf(metadata['langgraph_step'])
  const joins = joinsOf(triggers, full)
  const goes_to = readCommand(run.output()).map(full)
  const thread = cleanOrNull(textOf(metadata['thread_id']).slice(0, LONGEST))
  return {
    run_id: cleanOrNull(outer),
    node_id: full(node),
    node_name: node,
    node_type: 'runnable',
    parent_node_ids: triggers.some(isFromStart) ? [START] : [],
    visit: null,
    source_ref: null,
    ...(/^\d{1,9}$/.test(step) ? { step: Number(step) } : {}),
    ...(task === '' ? {} : { task: clean(task) }),
    ...(thread === null ? {} : { thread }),
    ...(joins === undefined ? {} : { joins }),
    ...(goes_to.length === 0 ? {} : { goes_to }),
  }
}
