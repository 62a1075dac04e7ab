import { printTable, quantile, waits, whole } from './figures.ts'
import { fill } from './fill.ts'
import { startHub, type Hub } from './hub.ts'
import type { Options } from './options.ts'
import { askPoll, keepTabs, pollsOf, type Poll } from './tabs.ts'

const REQUESTS = 200
const TABS = 200
const EVERY_MS = 2000
const FOR_MS = 20_000
/** PostgreSQL counts what an idle connection did no later than this. */
const COUNTED_MS = 11_000

type Page = { name: string; url: string; html: string; polls: Poll[] }

const ok = (is_ok: boolean, target: string) => `${target}: ${is_ok ? 'ok' : 'over'}`

async function load(name: string, url: string): Promise<Page> {
  const response = await fetch(url)
  const html = await response.text()
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`)
  return { name, url, html, polls: pollsOf(html, url) }
}

/** The pages that are measured: the control room, its list, small and large traces, and a graph's view. */
async function openPages({ database, ui }: Hub): Promise<Page[]> {
  const [project] = await database.sql<{ project_id: string }[]>`
    select project_id::text from projects where is_default`
  const traces = await database.sql<{ trace_key: string; total_spans: number }[]>`
    select distinct on (total_spans) trace_key, total_spans from traces
    where total_spans in (20, 1000, 10000, 50000) order by total_spans, trace_key`
  const where = `project_id=${project?.project_id ?? ''}`
  const pages = [await load('control room with list', `${ui}/?${where}`)]
  for (const { trace_key, total_spans } of traces) {
    const url = `${ui}/traces/${trace_key}?${where}`
    pages.push(await load(`trace of ${whole(total_spans)} spans`, url))
    if (total_spans === 20) pages.push(await load('graph of a trace', `${url}&view=graph`))
  }
  pages.push(await load('sessions', `${ui}/sessions?${where}`))
  const [open] = await database.sql<{ trace_key: string }[]>`
    select trace_key from traces where ended_spans < total_spans order by start_time desc limit 1`
  if (open) pages.push(await load('open trace', `${ui}/traces/${open.trace_key}?${where}`))
  return pages
}

/** Bytes of JavaScript, compressed as a server in front would; the island of the graph counts where it is shown. */
async function scriptBytes({ url, html }: Page): Promise<number> {
  const island = url.includes('view=graph') ? [...html.matchAll(/data-d3="([^"]+)"/g)] : []
  const scripts = [...html.matchAll(/<script[^>]* src="([^"]+)"/g), ...island].map(([, path = '']) => path)
  let bytes = 0
  for (const path of new Set(scripts)) {
    bytes += Bun.gzipSync(await (await fetch(new URL(path, url))).bytes()).byteLength
  }
  return bytes
}

async function timesOf(count: number, ask: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < count; n++) {
    const sent = performance.now()
    await ask()
    times.push(performance.now() - sent)
  }
  return times
}

async function measurePages(pages: Page[], count: number): Promise<void> {
  const rows = []
  for (const page of pages) {
    const times = await timesOf(count, async () => (await fetch(page.url)).arrayBuffer())
    const p99 = quantile(times, 0.99)
    const most = page.url.includes('view=graph') ? 90 : 60
    const script = (await scriptBytes(page)) / 1024
    const html = new Blob([page.html]).size / 1024
    rows.push([
      ...[
        page.name,
        waits(times),
        ok(p99 < 150, 'p99 < 150'),
        `${whole(html)} KB`,
        ok(html <= 300, '≤ 300 KB'),
      ],
      ...[`${script.toFixed(1)} KB`, ok(script <= most, `≤ ${most} KB`)],
    ])
  }
  printTable(['page', 'p50 / p99 ms', 'target ms', 'HTML', 'target', 'JS, gzip', 'target'], rows)
}

const transactions = async ({ database }: Hub): Promise<number> => {
  const [row] = await database.sql<{ count: number }[]>`
    select xact_commit::float8 "count" from pg_stat_database where datname = current_database()`
  return row?.count ?? 0
}

/** How many transactions end meanwhile, as PostgreSQL counts them. */
async function counted(hub: Hub, quick: boolean, act: () => Promise<void>): Promise<number> {
  const wait = () => Bun.sleep(quick ? 0 : COUNTED_MS)
  await wait()
  const before = await transactions(hub)
  await act()
  await wait()
  return (await transactions(hub)) - before
}

async function measurePolls(hub: Hub, pages: Page[], quick: boolean): Promise<void> {
  const count = quick ? 5 : REQUESTS * 5
  const rows = []
  const idle = await counted(hub, quick, () => Bun.sleep(quick ? 0 : 2000))
  for (const page of pages) {
    // What is on the screen now, not what was when the page was first asked for.
    for (const poll of (await load(page.name, page.url)).polls) {
      let times: number[] = []
      let unchanged = 0
      const ended = await counted(hub, quick, async () => {
        times = await timesOf(count, async () => void (unchanged += (await askPoll(poll)) ? 1 : 0))
      })
      rows.push([
        ...[
          `${page.name}: ${new URL(poll.url).pathname.split('/').slice(0, 3).join('/')}`,
          `${unchanged} of ${count}`,
        ],
        ...[
          waits(times),
          ok(quantile(times, 0.99) < 5, 'p99 < 5'),
          (Math.max(0, ended - idle) / count).toFixed(2),
        ],
      ])
    }
  }
  printTable(['poll without news', 'answered 304', 'p50 / p99 ms', 'target ms', 'transactions each'], rows)
}

async function measureTabs(hub: Hub, pages: Page[], quick: boolean): Promise<void> {
  const rows = []
  for (const { name, url } of pages) {
    const { polls } = await load(name, url)
    if (polls.length === 0) continue
    const tabs = Array.from({ length: quick ? 5 : TABS }, () => polls.map((poll) => ({ ...poll })))
    const got = await keepTabs(hub, tabs, { every_ms: EVERY_MS, for_ms: quick ? EVERY_MS : FOR_MS })
    const share = got.hub + got.postgres
    const percent = (part: number) => `${(part * 100).toFixed(1)} %`
    rows.push([
      ...[
        `${whole(tabs.length)} tabs on ${name}`,
        whole(got.times.length),
        `${got.unchanged} 304`,
        waits(got.times),
      ],
      ...[`${percent(got.hub)} + ${percent(got.postgres)}`, ok(share < 0.2, '< 20 % of a core')],
    ])
  }
  printTable(['tabs, every 2 s', 'polls', 'of them', 'p50 / p99 ms', 'CPU: hub + Postgres', 'target'], rows)
}

/** Pages, polls and tabs of the UI, at so many spans. */
export async function benchUi({ spans, keep, quick }: Options): Promise<void> {
  const hub = await startHub(keep)
  try {
    console.log('# ui')
    const there = await fill(hub, spans)
    const pages = await openPages(hub)
    console.log(`\n${whole(there)} spans, warm, one request after the other\n`)
    await measurePages(pages, quick ? 3 : REQUESTS)
    console.log('')
    await measurePolls(hub, pages, quick)
    console.log('')
    await measureTabs(hub, pages, quick)
    console.log('')
  } finally {
    await hub.stop()
  }
}
