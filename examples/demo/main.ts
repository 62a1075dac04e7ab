import { playDay, type Dated } from './day.ts'
import { goLive } from './live.ts'
import { HELP, readOptions, type Options } from './options.ts'
import { makePolicy } from './policy.ts'
import { hubClient, type Post, type Totals } from './post.ts'
import { progress } from './progress.ts'
import { tell } from './tell.ts'
import { Trouble } from './trouble.ts'

const SENDERS = 8
const SHOWN_REJECTIONS = 5

/** Some senders take the stories in turn; the requests of one story go one after the other. */
async function sendAll(stories: Generator<Dated>, post: Post, step: () => void): Promise<void> {
  const sender = async () => {
    for (const story of stories) {
      for (const request of tell(story)) await post(request)
      step()
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, sender))
}

function sumUp(traces: number, totals: Totals, ms: number): void {
  const { accepted, duplicates, rejected, evaluations, waits } = totals
  console.log(
    `${traces} traces in ${(ms / 1000).toFixed(1)} s: ${accepted} items accepted, ${duplicates} duplicates, ` +
      `${rejected.length} rejected; ${evaluations} evaluations${waits ? `; the hub asked to wait ${waits} times` : ''}.`,
  )
  for (const reason of rejected.slice(0, SHOWN_REJECTIONS)) console.error(`  rejected ${reason}`)
  if (rejected.length > 0) process.exitCode = 1
}

async function sendDay({ base, seed, traces, until }: Options, post: Post, totals: Totals): Promise<void> {
  const to = new Date(until).toISOString()
  console.log(`Sending ${traces} traces of the 24 hours until ${to} to ${base} (seed ${seed})`)
  const bar = progress(traces, totals)
  const began = Date.now()
  try {
    await sendAll(playDay({ seed, traces, until }), post, bar.step)
  } finally {
    bar.stop()
  }
  sumUp(traces, totals, Date.now() - began)
}

async function keepTicking({ seed }: Options, post: Post): Promise<void> {
  const stop = new AbortController()
  // A second Ctrl-C finds no handler and ends the process at once.
  process.once('SIGINT', () => stop.abort())
  process.once('SIGTERM', () => stop.abort())
  console.log('Live: LangGraph runs, chats and searches begin every few seconds. Ctrl-C stops.')
  await goLive({ post, seed, say: console.log, signal: stop.signal })
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env, Date.now())
  if (!options) return console.log(HELP)
  const { post, totals } = hubClient(options)
  if (options.traces > 0) await sendDay(options, post, totals)
  console.log(await makePolicy(options))
  if (options.live) await keepTicking(options, post)
}

try {
  await main()
} catch (error) {
  if (!(error instanceof Trouble)) throw error
  console.error(error.message)
  process.exit(1)
}
