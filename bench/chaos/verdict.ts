import { join } from 'node:path'
import type { Ledger } from './client.ts'
import type { Stack } from './stack.ts'

const HUB = join(import.meta.dir, '../../hub.ts')
const MOST_TOLD = 5

type Counts = { items: number; lost: number; doubled: number; unsent: number; unlike: number }

/** How many of the wanted are missing, twice there, or there without having been sent. */
function compare(wanted: Iterable<string>, stored: string[]): Omit<Counts, 'unlike'> {
  const [sent, rows] = [new Set(wanted), new Set(stored)]
  return {
    items: sent.size,
    lost: [...sent].filter((key) => !rows.has(key)).length,
    doubled: stored.length - rows.size,
    unsent: [...rows].filter((key) => !sent.has(key)).length,
  }
}

type SpanRow = { span_key: string; name: string; input_tokens: number; status: number; trace_key: string }
type TraceRow = { trace_key: string; total_spans: number; ended_spans: number; input_tokens: number }

/** Compares one project's rows with what its clients wanted stored. */
async function judgeProject({ postgres: { sql } }: Stack, project_id: string, ledgers: Ledger[]) {
  const spans = await sql<SpanRow[]>`
    select s.span_key, s.name, s.input_tokens, s.status, t.trace_key from projects p
    join traces t using (project_no) join spans s using (project_no, trace_no) where p.project_id = ${project_id}`
  const traces = await sql<TraceRow[]>`
    select trace_key, total_spans, ended_spans, input_tokens::int from traces join projects using (project_no)
    where project_id = ${project_id}`
  const events = await sql<{ key: string }[]>`
    select event_key as key from span_events join projects using (project_no) where project_id = ${project_id}`
  const evals = await sql<{ key: string }[]>`
    select eval_key as key from evals join projects using (project_no) where project_id = ${project_id}`
  const [log] = await sql<[{ received: number; stored: number; others: number }]>`
    select coalesce(sum(received), 0)::int as received, coalesce(sum(stored), 0)::int as stored,
      coalesce(sum(duplicate + rejected), 0)::int as others
    from log join projects using (project_no) where project_id = ${project_id}`
  const truth = new Map(ledgers.flatMap(({ wanted }) => [...wanted.spans]))
  const parts = [
    compare(
      truth.keys(),
      spans.map(({ span_key }) => span_key),
    ),
    compare(
      ledgers.flatMap(({ wanted }) => [...wanted.events]),
      events.map(({ key }) => key),
    ),
    compare(
      ledgers.flatMap(({ wanted }) => [...wanted.evals]),
      evals.map(({ key }) => key),
    ),
  ]
  const unlike = spans.filter((row) => {
    const said = truth.get(row.span_key)
    return !said || said.name !== row.name || said.input_tokens !== row.input_tokens || row.status !== 1
  })
  const recount = Map.groupBy([...truth.values()], ({ trace_id }) => trace_id)
  const miscounted = traces.filter(({ trace_key, total_spans, ended_spans, input_tokens }) => {
    const said = recount.get(trace_key) ?? []
    const tokens = said.reduce((sum, span) => sum + span.input_tokens, 0)
    return total_spans !== said.length || ended_spans !== said.length || input_tokens !== tokens
  })
  const acknowledged = ledgers.reduce((sum, ledger) => sum + ledger.acknowledged.size, 0)
  const total = (of: 'items' | 'lost' | 'doubled' | 'unsent') =>
    parts.reduce((sum, part) => sum + part[of], 0)
  return {
    acknowledged,
    lost: total('lost'),
    doubled: total('doubled'),
    unsent: total('unsent'),
    unlike: unlike.length,
    miscounted: miscounted.length,
    ledger_off: Math.abs(log.received - log.stored - log.others) + Math.abs(log.stored - acknowledged),
  }
}

export type Judged = Awaited<ReturnType<typeof judgeProject>>

/** What `verify` says of it all. */
export async function requireClean(stack: Stack, wrong: (what: string) => void) {
  const { PATH = '', HOME = '/tmp' } = process.env
  const verify = Bun.spawn([process.execPath, HUB, 'verify'], {
    env: { PATH, HOME, ...stack.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const told = await new Response(verify.stdout).text()
  if ((await verify.exited) !== 0)
    wrong(
      `verify: ${told
        .split('\n')
        .slice(0, 6 + MOST_TOLD)
        .join('\n')}`,
    )
}

/** The sum over all projects; each thing that is not as promised goes to `wrong`. */
export async function judge(stack: Stack, projects: Map<string, Ledger[]>, wrong: (what: string) => void) {
  const sum: Judged = {
    acknowledged: 0,
    lost: 0,
    doubled: 0,
    unsent: 0,
    unlike: 0,
    miscounted: 0,
    ledger_off: 0,
  }
  for (const [project_id, ledgers] of projects) {
    const judged = await judgeProject(stack, project_id, ledgers)
    for (const key of Object.keys(sum) as (keyof Judged)[]) sum[key] += judged[key]
  }
  for (const key of Object.keys(sum) as (keyof Judged)[]) {
    if (key !== 'acknowledged' && sum[key] > 0) wrong(`${key}: ${sum[key]}`)
  }
  return sum
}
