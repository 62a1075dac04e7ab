import { parseArgs } from 'node:util'
import { createPolicy } from '#shared/contract/policies.ts'
import { createSubscription } from '#shared/contract/subscriptions.ts'
import { call } from '#shared/http/call.ts'
import { jsonLog } from '#shared/log.ts'
import { guardProcess } from '#shared/store/guard.ts'
import { mintProject } from '#shared/testing/project.ts'
import { runClient, type Ledger } from './chaos/client.ts'
import { POLICY, runDecider, type Decided } from './chaos/decider.ts'
import { dice } from './chaos/dice.ts'
import { judgeDecisions } from './chaos/judge-decisions.ts'
import type { Counted } from './chaos/sender.ts'
import { openStack, type Stack } from './chaos/stack.ts'
import { storm } from './chaos/storm.ts'
import { judge, requireClean } from './chaos/verdict.ts'
import { watch } from './chaos/watch.ts'

const [CLIENTS, RECORDING] = [12, 3]
const [DECIDERS, DECIDING] = [6, 2]
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

/** Sends as everybody does, to one of the processes. */
const over = (base: string) => async (request: Request) => {
  const url = new URL(request.url)
  return fetch(`${base}${url.pathname}`, request)
}

const mint = async (stack: Stack) => mintProject(over(stack.at('ingest_a')))

/** A project that decides, and tells a receiver of it. */
async function mintDeciding(stack: Stack) {
  const project = await mint(stack)
  const key = { 'x-api-key': project.key }
  const hook = { url: stack.receiver.url, events: ['decision.blocked' as const, 'case.opened' as const] }
  await call(over(stack.at('decide_a')), stack.at('decide_a'), createPolicy, { body: POLICY }, key)
  await call(over(stack.at('notify_a')), stack.at('notify_a'), createSubscription, { body: hook }, key)
  return project
}

/** Some processes asked directly, some through the network's trouble, some through the gateway: one way for each client. */
function waysTo(stack: Stack, part: 'ingest' | 'decide') {
  const both = [`${part}_a`, `${part}_b`] as const
  const through = stack.proxies.flatMap(({ name, url }) => (both.some((one) => one === name) ? [url] : []))
  return [through, both.map(stack.at), [stack.at('gateway')]]
}

async function sendAll(stack: Stack, stopped: () => boolean) {
  const [recording, deciding] = [
    await Promise.all(Array.from({ length: RECORDING }, async () => mint(stack))),
    await Promise.all(Array.from({ length: DECIDING }, async () => mintDeciding(stack))),
  ]
  const ledgers = new Map<string, Ledger[]>(recording.map(({ project_id }) => [project_id, []]))
  const decided = new Map<string, Decided[]>(deciding.map(({ project_id }) => [project_id, []]))
  const optionsOf = (part: 'ingest' | 'decide', index: number, name: string) => ({
    ...{ name, stopped, wrong, gateway: stack.at('gateway'), dice: dice(seed * 1000 + index) },
    doors: waysTo(stack, part)[index % 3] ?? [],
  })
  const clients = Array.from({ length: CLIENTS }, async (_, index) => {
    const project = recording[Math.floor(index / 3) % RECORDING]
    if (!project) return
    const options = { ...optionsOf('ingest', index, `c${index}`), key: project.key, hot_trace: 'hot' }
    ledgers.get(project.project_id)?.push(await runClient(options))
  })
  const deciders = Array.from({ length: DECIDERS }, async (_, index) => {
    const project = deciding[Math.floor(index / 3) % DECIDING]
    if (!project) return
    const options = { ...optionsOf('decide', index, `d${index}`), key: project.key }
    decided.get(project.project_id)?.push(await runDecider(options))
  })
  return { ledgers, decided, done: Promise.all([...clients, ...deciders]) }
}

async function run(stack: Stack) {
  const probe = await mint(stack)
  const timer = { stopped: false }
  const { ledgers, decided, done } = await sendAll(stack, () => timer.stopped)
  const watching = watch(stack, probe)
  const began = performance.now()
  const progress = (fault: string) => {
    const passed = Math.round((performance.now() - began) / 1000)
    process.stderr.write(`${passed} of ${seconds} s  ${fault}\n`)
  }
  const measured = await storm({ stack, watching, dice: dice(seed), seconds, wrong, progress })
  timer.stopped = true
  progress('no more faults: clients bring their last requests to an end')
  await done
  await watching.stop()
  for (const [name, megabytes] of watching.memory)
    if (megabytes > MOST_MB) wrong(`${name} grew to ${megabytes} MB`)
  progress('what was put off is sent, and everything is compared')
  const judged = {
    items: await judge(stack, ledgers, wrong),
    decisions: await judgeDecisions(stack, decided, wrong),
  }
  await requireClean(stack, wrong)
  const counted: Counted[] = [...ledgers.values(), ...decided.values()].flat()
  return { measured, counted, memory: watching.memory, judged }
}

const tenths = (ms: number) => (ms / 1000).toFixed(1)

function report({ measured, counted, judged, memory }: Awaited<ReturnType<typeof run>>) {
  console.log(
    '| fault | times | lasted at most, s | every door answered after, at most, s |\n|---|---|---|---|',
  )
  for (const [name, { times, longest_ms, back_ms }] of measured)
    console.log(`| ${name} | ${times} | ${tenths(longest_ms)} | ${tenths(back_ms)} |`)
  const sum = (of: 'requests' | 'retries') => counted.reduce((all, one) => all + one[of], 0)
  const answers = new Map<string, number>()
  for (const one of counted)
    for (const [what, times] of one.answers) answers.set(what, (answers.get(what) ?? 0) + times)
  console.log(
    `\nrequests ${sum('requests')}, retries ${sum('retries')}; ${JSON.stringify(Object.fromEntries(answers))}`,
  )
  console.log(`items: ${JSON.stringify(judged.items)}`)
  console.log(`decisions: ${JSON.stringify(judged.decisions)}`)
  console.log(`most memory, MB: ${JSON.stringify(Object.fromEntries(memory))}`)
}

guardProcess(jsonLog(), () => process.exit(1))
console.log(`chaos for ${seconds} s, --seed ${seed}`)
const stack = await openStack(wrong)
try {
  report(await run(stack))
} finally {
  await stack.stop()
}
for (const [what, times] of Object.entries(Object.groupBy(wrongs, (each) => each)))
  console.log(`WRONG: ${what} (${times?.length})`)
console.log(wrongs.length === 0 ? 'Everything held.' : `${wrongs.length} things were wrong; --seed ${seed}`)
process.exit(wrongs.length === 0 ? 0 : 1)
