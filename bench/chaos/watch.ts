import { deadline } from '#shared/store/deadline.ts'
import { residentOf } from './postgres.ts'
import type { Stack } from './stack.ts'

const TIMEOUT_MS = 2000
const PAUSE_MS = 100

type Door = { name: string; ask: () => Promise<boolean> }

/** Asks each door again and again, and remembers when one last answered to a question. */
export function watch(stack: Stack, probe: { key: string; project_id: string }) {
  let stopped = false
  const answered = new Map<string, number>()
  const memory = new Map<string, number>()
  const get = async (url: string, init: RequestInit = {}) => {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
    await response.arrayBuffer()
    return response.ok
  }
  const headers = { 'content-type': 'application/json', 'x-api-key': probe.key }
  const said = { trace: { trace_id: 'probe', start_time: new Date().toISOString() } }
  const write = { method: 'POST', headers, body: JSON.stringify(said) }
  const decision = () => ({
    ...{ method: 'POST', headers },
    body: JSON.stringify({ idempotency_key: crypto.randomUUID(), input: 'May I?', output: 'You may.' }),
  })
  const doors: Door[] = [
    ...(['ingest_a', 'ingest_b'] as const).map((name) => ({
      name,
      ask: async () => get(`${stack.at(name)}/api/v1/ingest/traces`, write),
    })),
    ...(['decide_a', 'decide_b'] as const).map((name) => ({
      name,
      ask: async () => get(`${stack.at(name)}/api/v1/decide`, decision()),
    })),
    ...(['notify_a', 'notify_b'] as const).map((name) => ({
      name,
      ask: async () => get(`${stack.at(name)}/api/v1/subscriptions`, { headers }),
    })),
    ...(['query', 'gateway'] as const).map((name) => ({
      name,
      ask: async () => get(`${stack.at(name)}/api/v1/traces`, { headers }),
    })),
    { name: 'ui', ask: async () => get(`${stack.at('ui')}/traces/probe?project_id=${probe.project_id}`) },
  ]
  async function follow({ name, ask }: Door) {
    while (!stopped) {
      const asked = performance.now()
      // A fetch whose server was killed does not always hear its own signal.
      if (await deadline(ask(), 2 * TIMEOUT_MS).catch(() => false)) answered.set(name, asked)
      await Bun.sleep(PAUSE_MS)
    }
  }
  async function weigh() {
    while (!stopped) {
      const all = [...stack.pids(), { name: 'postmaster' as const, pid: stack.postgres.postmaster() }]
      for (const { name, pid } of all) memory.set(name, Math.max(memory.get(name) ?? 0, residentOf(pid)))
      await Bun.sleep(500)
    }
  }
  const running = Promise.all([...doors.map(follow), weigh()])
  return {
    memory,
    /** Those that have not answered a question put after a moment. */
    silentSince: (moment: number) =>
      doors.map(({ name }) => name).filter((name) => (answered.get(name) ?? 0) < moment),
    async stop() {
      stopped = true
      await running
    },
  }
}

export type Watch = ReturnType<typeof watch>
