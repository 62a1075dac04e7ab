import type { Sql, Transaction } from '#shared/store/connect.ts'
import { figuresOf } from '../record/roll-up.ts'
import type { Findings } from './findings.ts'

type Part = { project_no: number; day: string | undefined }

type Rolled = NonNullable<Awaited<ReturnType<typeof figuresOf>>>

/** Hours that have a trace or a rollup. */
const hoursOf = (sql: Sql, { project_no, day }: Part) => sql<{ hour: Date }[]>`
  select hour from (
    select hour from rollups where project_no = ${project_no}
    union
    select date_trunc('hour', start_time, 'UTC') from traces where project_no = ${project_no}) hours
  where ${day ?? null}::text is null or (hour at time zone 'UTC')::date = ${day ?? null}::text::date
  order by hour`

/** Equal figures are equal texts: neither names nor models stand in an order of their own. */
function textOf(value: Rolled[keyof Rolled]): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value !== 'object') return String(value)
  const members = Array.isArray(value) ? value.map((one, at) => (Array.isArray(one) ? one : [at, one])) : null
  return (members ?? Object.entries(value))
    .map((member) => JSON.stringify(member))
    .toSorted()
    .join()
}

/** The figures of an hour that a recount does not give; none of an hour that is marked, since nobody reads its rollup. */
async function differing(sql: Transaction, project_no: number, hour: Date): Promise<string[] | null> {
  const [mark] =
    await sql`select 1 from rollup_marks where project_no = ${project_no} and hour = ${hour} limit 1`
  if (mark) return null
  const [rolled] = await sql<Rolled[]>`
    select statuses, latency, input_tokens::float8, output_tokens::float8, cost_nano::float8, costed::float8,
      decisions, environments, span_types, models
    from rollups where project_no = ${project_no} and hour = ${hour}`
  const counted = await figuresOf(sql, project_no, hour)
  if (!rolled || !counted) return !rolled && !counted ? [] : ['traces']
  return Object.keys(counted).filter((name) => {
    // The names of its own figures.
    const figure = name as keyof Rolled
    return textOf(rolled[figure]) !== textOf(counted[figure])
  })
}

/** Counts anew the hours that are answered from their rollups, each as it was at one moment. */
export async function verifyRollups(sql: Sql, part: Part, findings: Findings): Promise<void> {
  for (const { hour } of await hoursOf(sql, part)) {
    const figures = await sql.begin('isolation level repeatable read read only', (tx) =>
      differing(tx, part.project_no, hour),
    )
    if (figures === null) continue
    findings.check('rollups', 1)
    if (figures.length > 0)
      findings.fault('rollups', `rollup of ${hour.toISOString()}: ${figures.join(', ')}`)
  }
}
