import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { leash } from './leash.ts'

const READY_MS = 10_000

/** A real server of a test's own, on a port that stays the same over restarts. */
export type TestServer = {
  url: string
  /** Starts it, or starts it again, and waits until it takes connections. */
  start(): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
  /** It keeps its connections and answers nobody, until `thaw`. */
  freeze(): void
  thaw(): void
  stop(): Promise<void>
}

/** A port on loopback that nobody listens on at the moment. */
export function freePort(): number {
  const taken = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = taken
  taken.stop(true)
  return port
}

const takesConnections = (port: number) =>
  new Promise<boolean>((done) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    for (const [event, open] of [
      ['connect', true],
      ['error', false],
    ] as const) {
      socket.once(event, () => {
        socket.destroy()
        done(open)
      })
    }
  })

function testServer(scheme: string, commandOf: (port: number) => [string, ...string[]]): TestServer {
  const port = freePort()
  let running: { server: ChildProcess; end: () => void } | null = null

  async function start() {
    const [command, ...args] = commandOf(port)
    const server = spawn(command, args, { stdio: 'ignore' })
    running = { server, end: leash(server.pid ?? 0) }
    const until = Date.now() + READY_MS
    while (!(await takesConnections(port))) {
      if (server.exitCode !== null || Date.now() > until)
        throw new Error(`${command} did not start on ${port}`)
      await Bun.sleep(20)
    }
  }

  async function kill() {
    const { server, end } = running ?? {}
    running = null
    if (!server || !end) return
    const gone = server.exitCode === null && server.signalCode === null ? once(server, 'exit') : null
    end()
    await gone
  }

  return {
    url: `${scheme}://127.0.0.1:${port}`,
    start,
    kill,
    freeze: () => void running?.server.kill('SIGSTOP'),
    thaw: () => void running?.server.kill('SIGCONT'),
    stop: kill,
  }
}

/** A NATS server, not yet started. */
export const testNats = (args: string[] = []): TestServer =>
  testServer('nats', (port) => ['nats-server', '--addr', '127.0.0.1', '--port', String(port), ...args])

/** A Redis server that keeps nothing over a restart and writes no file, not yet started. */
export const testRedis = (): TestServer =>
  testServer('redis', (port) => [
    ...(['redis-server', '--bind', '127.0.0.1', '--port', String(port), '--dir', tmpdir()] as const),
    ...['--save', '', '--appendonly', 'no'],
  ])
