import { migrate } from '#shared/store/migrate.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { contend, type Contention } from './contention/contend.ts'

function minutesAsked(argv: string[]): number {
  const minutes = Number(argv[argv.indexOf('--minutes') + 1] ?? 1)
  if (!argv.includes('--minutes')) return 1
  if (!(minutes > 0)) throw new Error('--minutes must be a number above 0')
  return minutes
}

function report({
  rounds,
  spans,
  acknowledged,
  retries,
  dropped,
  deadlocks,
  rollbacks,
  wrong,
  log,
}: Contention) {
  const rows: [string, number][] = [
    ['rounds, each recounted', rounds],
    ['spans that must be there once', spans],
    ['requests acknowledged', acknowledged],
    ['requests told to come again (503, 429)', retries],
    ['partitions dropped under the writers', dropped],
    ['deadlocks of the database', deadlocks],
    ['transactions rolled back and run again', rollbacks],
    ['lines of the log with 40P01', log.split('\n').filter((line) => line.includes('40P01')).length],
    ['wrong', wrong.length],
  ]
  for (const [what, count] of rows) console.log(`| ${what} | ${count.toLocaleString('en')} |`)
  for (const words of wrong.slice(0, 20)) console.log(words)
  const errors = log.split('\n').filter((line) => line.includes('"level":"error"'))
  for (const line of errors.slice(0, wrong.length)) console.log(line.slice(0, 1000))
}

/** Four processes on one hot trace for some minutes; ends with 1 when anything was wrong. */
async function run(): Promise<number> {
  const until = Date.now() + minutesAsked(process.argv) * 60_000
  const fresh = await freshDatabase()
  await migrate(fresh.database)
  const deps = await testDeps(fresh.url)
  let told = Date.now()
  const done = await contend(
    deps,
    () => Date.now() < until,
    ({ rounds, spans, retries, wrong }) => {
      if (Date.now() - told < 10_000) return
      told = Date.now()
      console.log(`${rounds} rounds, ${spans} spans, ${retries} retries, ${wrong.length} wrong`)
    },
  )
  report(done)
  await deps.stop()
  await fresh.drop()
  const exact = done.wrong.length === 0 && done.deadlocks === 0 && !done.log.includes('40P01')
  return exact ? 0 : 1
}

process.exit(await run())
