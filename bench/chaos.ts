import { parseArgs } from 'node:util'
import { jsonLog } from '#shared/log.ts'
import { guardProcess } from '#shared/store/guard.ts'
import { mintProject } from '#shared/testing/project.ts'
import { runClient, type Ledger } from './chaos/client.ts'
import { dice } from './chaos/dice.ts'
import { openStack, type Stack } from './chaos/stack.ts'
import { storm, type Measured } from './chaos/storm.ts'
import { judge, type Judged } from './chaos/verdict.ts'
import { watch } from './chaos/watch.ts'

const CLIENTS = 12
const PROJECTS = 3
const MOST_MB = 700

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, seconds: { type: 'string' }, seed: { type: 'string' } },
})
const seconds = Number(values.seconds ?? Number(values.minutes ?? 1) * 60)
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000))

const wrongs: string[] = []
const wrong = (what: string) => {
  if (!wrongs.includes(what)) process.stderr.write(`WRONG: ${what}\n`)
  wrongs.push(what)
}

/** A project over the API of the running services; its requests name no host. */
const mint = async (stack: Stack) =>
  mintProject(async (request) => {
    const url = new URL(request.url)
    return fetch(`${stack.at('ingest_a')}${url.pathname}`, request)
  })

async function run(stack: Stack) {
  const [probe, ...projects] = await Promise.all(
    Array.from({ length: PROJECTS + 1 }, async () => mint(stack)),
  )
  if (!probe) throw new Error('there is no project')
  const watching = watch(stack, probe)
  const began = performance.now()
  const timer = { stopped: false }
  const by_project = new Map<string, Ledger[]>(projects.map(({ project_id }) => [project_id, []]))
  const direct = [stack.at('ingest_a'), stack.at('ingest_b')]
  const through = stack.proxies.map(({ url }) => url)
  const clients = Array.from({ length: CLIENTS }, async (_, index) => {
    const project = projects[index % PROJECTS] ?? probe
    const ledger = await runClient({
      name: `c${index}`,
      key: project.key,
      hot_trace: 'hot',
      doors: index % 2 ? direct : through,
      dice: dice(seed * 1000 + index),
      stopped: () => timer.stopped,
      wrong,
    })
    by_project.get(project.project_id)?.push(ledger)
    return ledger
  })
  const progress = (fault: string) => {
    const passed = Math.round((performance.now() - began) / 1000)
    process.stderr.write(`${passed} of ${seconds} s  ${fault}\n`)
  }
  const measured = await storm({ stack, watching, dice: dice(seed), seconds, wrong, progress })
  timer.stopped = true
  const ledgers = await Promise.all(clients)
  await watching.stop()
  for (const [name, megabytes] of watching.memory)
    if (megabytes > MOST_MB) wrong(`${name} grew to ${megabytes} MB`)
  return { measured, ledgers, memory: watching.memory, judged: await judge(stack, by_project, wrong) }
}

const tenths = (ms: number) => (ms / 1000).toFixed(1)

function report(
  measured: Map<string, Measured>,
  ledgers: Ledger[],
  judged: Judged,
  memory: Map<string, number>,
) {
  console.log(
    '| fault | times | lasted at most, s | every door answered after, at most, s |\n|---|---|---|---|',
  )
  for (const [name, { times, longest_ms, back_ms }] of measured)
    console.log(`| ${name} | ${times} | ${tenths(longest_ms)} | ${tenths(back_ms)} |`)
  const sum = (of: 'requests' | 'retries') => ledgers.reduce((all, ledger) => all + ledger[of], 0)
  const answers = new Map<string, number>()
  for (const ledger of ledgers)
    for (const [what, times] of ledger.answers) answers.set(what, (answers.get(what) ?? 0) + times)
  console.log(
    `\nrequests ${sum('requests')}, retries ${sum('retries')}; ${JSON.stringify(Object.fromEntries(answers))}`,
  )
  console.log(`items: ${JSON.stringify(judged)}`)
  console.log(`most memory, MB: ${JSON.stringify(Object.fromEntries(memory))}`)
}

guardProcess(jsonLog(), () => process.exit(1))
console.log(`chaos for ${seconds} s, --seed ${seed}`)
const stack = await openStack(wrong)
try {
  const { measured, ledgers, judged, memory } = await run(stack)
  report(measured, ledgers, judged, memory)
} finally {
  await stack.stop()
}
for (const [what, times] of Object.entries(Object.groupBy(wrongs, (each) => each)))
  console.log(`WRONG: ${what} (${times?.length})`)
console.log(wrongs.length === 0 ? 'Everything held.' : `${wrongs.length} things were wrong; --seed ${seed}`)
process.exit(wrongs.length === 0 ? 0 : 1)
