import { keepPartitions } from '../ingest/record/keep-partitions.ts'
import { rollUp } from '../ingest/record/roll-up.ts'
import { readConfig } from '#shared/config.ts'
import { jsonLog } from '#shared/log.ts'
import { catalogue } from '#shared/price.ts'
import { openDeps } from '#shared/process/open-deps.ts'
import { traces } from '#shared/protocol/native/traces.ts'
import { laneConnection } from '#shared/store/lane/lane-connection.ts'
import type { Job } from '#shared/store/lane/job.ts'
import { persistGroup } from '#shared/store/lane/persist-group.ts'
import { documentReader } from '#shared/store/read-documents.ts'
import { makeBody, type About, type BenchBody } from './body.ts'
import { dice, rareWord } from './words.ts'

/** Which part of the traces a process writes: every `parts`th from `part` on, and the large ones of part 0. */
export type Part = {
  url: string
  data_dir: string
  project_no: number
  part: number
  parts: number
  traces: number
  large: number[]
  korean?: number
  from: number
  until: number
}

const SPANS = 20
const BYTES = 2000
const DAY_MS = 86_400_000
const GROUP = 64
const LARGE_REQUEST = 500
const MODELS = ['gpt-4.1-mini', 'gpt-4.1', 'claude-sonnet-4', 'gemini-2.5-pro']
const QUESTIONS = [
  '환불은 어떻게 요청하나요?',
  '배송이 늦어지는 이유를 알려 주세요.',
  '계약서의 핵심을 요약해 줘.',
]

/** States, environments and words as a mixed day has them; a rare word stands in one trace of two thousand. */
function about(roll: () => number, start: number, { korean, traces: all }: Part): About {
  const kind = roll()
  const status = kind < 0.03 ? 'error' : kind < 0.035 ? 'cancelled' : 'success'
  const place = roll()
  const pick = (list: string[]) => list[Math.floor(roll() * list.length)] ?? ''
  return {
    start,
    ...(korean === undefined ? {} : { korean, name: `case ${rareWord(roll, all)}` }),
    status,
    is_open: kind > 0.99,
    environment: place < 0.8 ? 'prod' : place < 0.95 ? 'staging' : 'dev',
    model: pick(MODELS),
    tags: roll() < 0.3 ? [`team-${Math.floor(roll() * 20)}`] : ['chat'],
    ...(roll() < 0.05 ? { input_text: pick(QUESTIONS), name: '고객 상담' } : {}),
    ...(roll() < 0.0005 ? { name: 'zephyrine audit' } : {}),
  }
}

/** The job that the door would make of a request with this document. */
function jobOf(project_no: number, document: Pick<BenchBody, 'trace' | 'spans'>): Job {
  const raw = new TextEncoder().encode(JSON.stringify(document))
  return {
    project_no,
    protocol: traces,
    encoding: 'zstd',
    body: Bun.zstdCompressSync(raw, { level: 1 }),
    raw_bytes: raw.length,
    batch: traces.read(document),
  }
}

/** A large trace as its client would send it: some requests, each with the trace and the next spans. */
const requestsOf = ({ trace, spans }: BenchBody): Pick<BenchBody, 'trace' | 'spans'>[] =>
  Array.from({ length: Math.ceil(spans.length / LARGE_REQUEST) }, (_, index) => ({
    trace,
    spans: spans.slice(index * LARGE_REQUEST, (index + 1) * LARGE_REQUEST),
  }))

/** Opens the way into the record that the hub's own doors use, with a clock that stands where the traces do. */
async function openLane({ url, data_dir }: Part, clock: () => number) {
  const stops: (() => Promise<void>)[] = []
  const deps = await openDeps(
    {
      config: readConfig({ HUB_DATA_DIR: data_dir, DATABASE_URL: url }),
      at_end: (_name, stop) => void stops.push(stop),
      isEnding: () => false,
      log: jsonLog(),
      say: () => {},
    },
    url,
  )
  const partitions = await keepPartitions(deps)
  const connection = laneConnection(deps.database)
  const lane = {
    connection,
    documents: documentReader(1),
    encoders: new Map(),
    price: catalogue(),
    dayFor: partitions.dayFor,
    makePartitions: partitions.make,
    clock,
  }
  return {
    write: (jobs: Job[]) => persistGroup(lane, jobs),
    /** The hub would count a month of changed hours too, in some minutes and with long rests. */
    async countHours() {
      while ((await rollUp(deps)) > 0) continue
    },
    async stop() {
      partitions.stop()
      await connection.stop()
      for (const stop of stops.toReversed()) await stop()
    },
  }
}

async function write(part: Part): Promise<void> {
  const roll = dice(1 + part.part * 7919)
  let now = part.from
  const lane = await openLane(part, () => now)
  /** Received when the last of them had ended, as from a client that sends at the end. */
  async function commit(bodies: BenchBody[]) {
    const ends = bodies.map(({ trace }) => Date.parse(trace.end_time ?? trace.start_time))
    now = Math.min(Math.max(...ends), Date.now())
    for (const outcome of await lane.write(
      bodies.flatMap((body) => requestsOf(body).map((document) => jobOf(part.project_no, document))),
    )) {
      if (outcome.rejected.length > 0) throw new Error('the record refused what the bench made')
    }
    console.log(bodies.reduce((sum, { spans }) => sum + spans.length, 0))
  }
  const startOf = (index: number) => part.from + ((index + roll()) / part.traces) * (part.until - part.from)
  for (const [days, spans] of (part.part === 0 ? part.large : []).entries()) {
    const start = part.until - 3_600_000 - days * DAY_MS
    await commit([makeBody(spans, BYTES, { start, name: `large-${spans}` }, roll)])
  }
  for (let next = part.part; next < part.traces; next += GROUP * part.parts) {
    const bodies: BenchBody[] = []
    for (let index = next; index < Math.min(part.traces, next + GROUP * part.parts); index += part.parts) {
      bodies.push(makeBody(SPANS, BYTES, about(roll, startOf(index), part), roll))
    }
    await commit(bodies)
  }
  await lane.countHours()
  await lane.stop()
}

// The parent's own words, see fill.ts.
if (import.meta.main) await write(JSON.parse(process.argv[2] ?? '') as Part)
