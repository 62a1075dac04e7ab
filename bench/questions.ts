import type { Hub } from './hub.ts'

/** Some requests of one kind, each with other parameters. */
export type Question = {
  name: string
  urls: string[]
  /** What the 99th percentile must stay under, in ms; absent where there is no promise. */
  limit?: number
  /** The median alone is promised. */
  of_median?: boolean
  /** Answers are shared for a while: the pause after which they are counted anew. */
  pause_ms?: number
  /** Measures the first pass too, in which no document has been decoded. */
  with_cold?: boolean
}

const DAY_MS = 86_400_000
const LIST_MS = 10
const SHARED_MS = 2100
const RARE = 'zephyrine'

/** `count` values in turn, however few there are. */
const cycle = <T>(values: T[], count: number): T[] =>
  values.length === 0 ? [] : Array.from({ length: count }, (_, index) => values[index % values.length] as T)

/** Values of a column of traces as they stand, spread over all of them. */
async function valuesOf({ database }: Hub, column: 'user_id' | 'session_id' | 'model', count: number) {
  const { sql } = database
  const rows = await sql<{ value: string }[]>`
    select distinct ${sql(column)} as value from traces where ${sql(column)} is not null limit ${count}`
  return rows.map(({ value }) => value)
}

/** Ids of traces with this many spans, newest last. */
async function tracesOf({ database }: Hub, spans: number, count: number): Promise<string[]> {
  const rows = await database.sql<{ trace_key: string }[]>`
    select trace_key from traces where total_spans = ${spans} order by trace_key limit ${count}`
  return rows.map(({ trace_key }) => trace_key)
}

async function spansOf({ database }: Hub, count: number): Promise<string[]> {
  const rows = await database.sql<{ trace_key: string; span_key: string }[]>`
    select t.trace_key, s.span_key
    from (select * from traces where total_spans = 20 order by trace_key desc limit ${count}) t
    cross join lateral (
      select span_key from spans s
      where s.project_no = t.project_no and s.trace_no = t.trace_no and s.trace_day = t.trace_day limit 1) s`
  return rows.map(({ trace_key, span_key }) => `${trace_key}/spans/${span_key}`)
}

/** Moments spread over the last days. */
const moments = (count: number, now: number): number[] =>
  Array.from({ length: count }, (_, index) => now - ((index + 0.5) / count) * 28 * DAY_MS)

const time = (at: number): string => new Date(at).toISOString()

/** Follows next_cursor from the newest page on: the pages that a reader turns. */
async function pagesOf(list: string, count: number): Promise<string[]> {
  const urls: string[] = []
  for (let url = list; urls.length < count;) {
    const response = await fetch(url, { headers: { 'x-api-key': 'dev-key' } })
    // The list's own answer.
    const { next_cursor } = (await response.json()) as { next_cursor: string | null }
    if (next_cursor === null) return urls
    url = `${list}&cursor=${next_cursor}`
    urls.push(url)
  }
  return urls
}

async function lists(hub: Hub, count: number, now: number): Promise<Question[]> {
  const list = (query: Record<string, string>) => `${hub.api}/api/v1/traces?${new URLSearchParams(query)}`
  const all = (values: string[], name: string) => cycle(values, count).map((value) => list({ [name]: value }))
  const windows = (query: Record<string, string>) =>
    moments(count, now).map((at) => list({ ...query, start_time: time(at - DAY_MS), end_time: time(at) }))
  const sizes = Array.from({ length: 50 }, (_, index) => String(index + 20))
  const limit = LIST_MS
  return [
    { name: 'list, newest', urls: all(sizes, 'page_size'), limit },
    { name: 'list by user', urls: all(await valuesOf(hub, 'user_id', count), 'user_id'), limit },
    { name: 'list by session', urls: all(await valuesOf(hub, 'session_id', count), 'session_id'), limit },
    { name: 'list, running', urls: cycle([list({ status: 'running' })], count), limit },
    { name: 'list, error', urls: cycle([list({ status: 'error' })], count), limit },
    { name: 'list, one day of the past', urls: windows({}), limit },
    { name: 'list, errors of one day', urls: windows({ status: 'error' }), limit },
    {
      name: 'list, page 2 and on by cursor',
      urls: await pagesOf(list({ page_size: '50' }), count),
      limit,
    },
    { name: 'list by model', urls: all(await valuesOf(hub, 'model', count), 'model') },
    { name: 'list by environment', urls: all(['prod', 'staging', 'dev'], 'environment') },
    {
      name: 'list by tag',
      urls: all(
        Array.from({ length: 20 }, (_, team) => `team-${team}`),
        'tag',
      ),
    },
    { name: 'search, a common word', urls: all(['run-1', 'run-2', '상담', '환불'], 'search') },
    { name: 'search, a rare word', urls: all([RARE, `${RARE} audit`], 'search') },
    { name: 'search, a word that is nowhere', urls: all(['xyzzyplugh', '없는말'], 'search') },
    { name: 'search in one day', urls: windows({ search: RARE }) },
  ]
}

async function trees(hub: Hub, count: number): Promise<Question[]> {
  const question = async (spans: number, limit?: number, traces = count): Promise<Question> => ({
    name: `tree of ${spans.toLocaleString('en')} spans, API${traces === 1 ? ', again' : ''}`,
    urls: cycle(await tracesOf(hub, spans, traces), count).map(
      (id) => `${hub.api}/api/v1/traces/${id}/tree?n=200`,
    ),
    ...(limit ? { limit } : {}),
  })
  return [
    await question(20),
    await question(1000),
    await question(10_000, 100),
    await question(10_000, 100, 1),
    await question(50_000, undefined, 1),
  ]
}

async function pages(hub: Hub, count: number): Promise<Question[]> {
  const [project] = await hub.database.sql<{ project_id: string }[]>`
    select project_id::text from projects where is_default`
  const page = (path: string, query: Record<string, string>) =>
    `${hub.ui}${path}?${new URLSearchParams({ project_id: project?.project_id ?? '', ...query })}`
  const large = await tracesOf(hub, 10_000, count)
  return [
    {
      name: 'UI: list page',
      urls: cycle(['10', '50', '100'], count).map((page_size) => page('/', { page_size })),
    },
    {
      name: 'UI: page of a 20-span trace',
      urls: (await tracesOf(hub, 20, count)).map((id) => page(`/traces/${id}`, {})),
    },
    {
      name: 'UI: page of a 10,000-span trace',
      urls: cycle(large, count).map((id) => page(`/traces/${id}`, {})),
      limit: 100,
    },
  ]
}

/** Windows of about so many hours; each is another question, for equal ones share an answer for two seconds. */
const around = (hours: number, count: number, least: number): number[] =>
  Array.from({ length: Math.min(20, count) }, (_, index) => Math.max(least, hours - index))

function figures(hub: Hub, count: number): Question[] {
  const stats = (name: string, hours: number, least: number, limit?: number): Question => ({
    name: `${name}, last ${hours - 19} to ${hours} hours`,
    urls: around(hours, count, least).map(
      (last) => `${hub.api}/api/v1/traces/stats/${name}?last_hours=${last}`,
    ),
    pause_ms: SHARED_MS,
    of_median: true,
    ...(limit ? { limit } : {}),
  })
  return [
    stats('overview', 34, 1, 5),
    stats('overview', 168, 1),
    stats('series', 34, 1, 5),
    stats('series', 720, 1, 30),
  ]
}

/** Everything that is asked, over what stands in the hub. */
export async function questions(hub: Hub, count: number): Promise<Question[]> {
  const payload = (await spansOf(hub, count)).map((span) => `${hub.api}/api/v1/traces/${span}`)
  return [
    ...(await lists(hub, count, Date.now())),
    ...(await trees(hub, count)),
    { name: 'payload of one span', urls: payload, with_cold: true },
    ...(await pages(hub, count)),
    ...figures(hub, count),
  ]
}
