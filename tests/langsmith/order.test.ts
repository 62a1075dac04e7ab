import { afterAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { verify } from '../../ingest/upkeep/verify.ts'
import { at } from '../query/open-hub.ts'
import { partsOf, type Json } from './multipart.ts'
import { endOf, newRun, openLangsmith } from './open-langsmith.ts'

const hub = await openLangsmith()
afterAll(hub.stop)

const USAGE = { input_tokens: 10, output_tokens: 5, total_tokens: 15 }
const NODE = {
  langgraph_node: 'plan',
  langgraph_step: 1,
  langgraph_checkpoint_ns: 'plan:1',
  thread_id: 't-1',
}

/** A trace of six runs, each as it begins and as it ends; what comes again at the end says the same, as clients do it. */
function tale(): { create: Json; update: Json }[] {
  const root = newRun({
    name: 'root',
    tags: ['beta'],
    inputs: { q: 1 },
    extra: { metadata: { user_id: 'u' } },
  })
  const node = newRun({ name: 'plan', tags: ['graph:step:1'], extra: { metadata: NODE }, seconds: 1.1 }, root)
  const model = newRun({ name: 'model', run_type: 'llm', extra: { metadata: NODE }, seconds: 1.2 }, node)
  const tool = newRun({ name: 'tool', run_type: 'tool', seconds: 1.3 }, node)
  const open = newRun({ name: 'open', seconds: 1.4, inputs: { still: 'running' } }, root)
  const asked = newRun({ name: 'asked', seconds: 1.5 }, root)
  const again = ({ name, run_type, tags, extra }: Json) => ({ name, run_type, tags, extra })
  const usage = { metadata: { ...NODE, usage_metadata: USAGE } }
  const events = [{ name: 'new_token', time: at(1.25) }]
  return [
    { create: root, update: endOf(root, { ...again(root), outputs: { a: 2 } }) },
    { create: node, update: endOf(node, { ...again(node), outputs: { log: ['plan'] } }) },
    {
      create: model,
      update: endOf(model, { ...again(model), extra: usage, events, outputs: { text: 'x' } }),
    },
    { create: tool, update: endOf(tool, { error: 'bad\n\nTypeError: bad\n    at x', end_time: at(1.35) }) },
    { create: open, update: { ...endOf(open, { outputs: { half: 1 } }), end_time: undefined } },
    { create: asked, update: endOf(asked, { error: 'GraphInterrupt: [{"value":"may I?"}]' }) },
  ]
}

/** What is sent in one request, and how. */
type Body = { post: Json[]; patch: Json[]; way: 'parts' | 'batch' }

type Choice = { order: number; body: number; merged: boolean; twice: boolean }

/** Deals the sayings to bodies as the choices have it; a merged run is told once, as clients do that have both. */
function deal(runs: ReturnType<typeof tale>, choices: Choice[], ways: Body['way'][]): Body[] {
  const sayings = runs.flatMap(({ create, update }, index) => {
    const [begin, end] = [choices[index * 2], choices[index * 2 + 1]]
    if (!begin || !end) return []
    const told = [
      {
        ...begin,
        operation: 'post' as const,
        run: begin.merged ? { ...create, ...defined(update) } : create,
      },
      ...(begin.merged ? [] : [{ ...end, operation: 'patch' as const, run: update }]),
    ]
    return told.flatMap((saying) =>
      saying.twice ? [saying, { ...saying, body: saying.body + 1 }] : [saying],
    )
  })
  const bodies = new Map<number, Body>()
  for (const { body, operation, run } of sayings.toSorted((a, b) => a.order - b.order)) {
    const index = body % ways.length
    const held = bodies.get(index) ?? { post: [], patch: [], way: ways[index] ?? 'parts' }
    held[operation].push(run)
    bodies.set(index, held)
  }
  return [...bodies.values()]
}

const defined = (run: Json): Json =>
  Object.fromEntries(Object.entries(run).filter(([, value]) => value !== undefined))

async function shownAfter(bodies: Body[], trace_id: string): Promise<unknown> {
  const project = await hub.mint()
  for (const { post, patch, way } of bodies) {
    const parts = [
      ...patch.flatMap((run) => partsOf('patch', run)),
      ...post.flatMap((run) => partsOf('post', run)),
    ]
    const { status, json } =
      way === 'parts'
        ? await hub.sendParts(project, parts)
        : await hub.json(project, 'POST', '/runs/batch', { post, patch })
    expect([status, json['rejected']]).toEqual([202, []])
  }
  expect((await verify(hub.deps, { project_id: project.project_id })).faults).toEqual([])
  const { trace, spans } = await hub.traceOf(project, trace_id)
  const { project_id: _p, version: _v, created_at: _c, updated_at: _u, ...same } = trace
  return {
    trace: same,
    spans: spans
      .map(({ project_id: _project, idempotency_key: _key, created_at: _created, ...span }) => span)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  }
}

const choice = fc.record({
  order: fc.integer({ min: 0, max: 1000 }),
  body: fc.integer({ min: 0, max: 7 }),
  merged: fc.boolean(),
  twice: fc.boolean(),
})
const ways = fc.array(fc.constantFrom<Body['way']>('parts', 'batch'), { minLength: 1, maxLength: 6 })

test('any split and order of posts and patches into bodies comes to the same trace', async () => {
  const runs = tale()
  const trace_id = String(runs[0]?.create['id'])
  const whole: Body = {
    post: runs.map(({ create }) => create),
    patch: runs.map(({ update }) => update),
    way: 'parts',
  }
  const expected = await shownAfter([whole], trace_id)
  expect(expected).toMatchObject({
    trace: {
      status: 'success',
      total_spans: 6,
      ended_spans: 5,
      input_tokens: 10,
      error_count: 1,
      user_id: 'u',
    },
  })
  await fc.assert(
    fc.asyncProperty(fc.array(choice, { minLength: 12, maxLength: 12 }), ways, async (choices, how) => {
      expect(await shownAfter(deal(runs, choices, how), trace_id)).toEqual(expected)
    }),
    { numRuns: 15 },
  )
}, 120_000)
