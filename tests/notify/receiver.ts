/** One request that a receiver got. */
export type Received = { path: string; headers: Record<string, string>; body: string; at: number }

type Behaviour = (request: Request, nth: number) => Response | Promise<Response>

const ok: Behaviour = () => new Response(null, { status: 204 })

/** A receiver of webhooks on a port of its own, which answers as a test wants and keeps what came, by path. */
export function openReceiver() {
  const received: Received[] = []
  const behaviours = new Map<string, Behaviour>()
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 60,
    async fetch(request) {
      const { pathname } = new URL(request.url)
      const headers = Object.fromEntries(request.headers)
      received.push({ path: pathname, headers, body: await request.text(), at: Date.now() })
      const nth = received.filter(({ path }) => path === pathname).length
      return (behaviours.get(pathname) ?? ok)(request, nth)
    },
  })
  return {
    /** A new URL of its own, and what it is to answer. */
    hook(behaviour: Behaviour = ok) {
      const path = `/${crypto.randomUUID()}`
      behaviours.set(path, behaviour)
      return {
        url: `http://127.0.0.1:${server.port}${path}`,
        received: () => received.filter((one) => one.path === path),
        behave: (other: Behaviour) => void behaviours.set(path, other),
      }
    },
    stop: () => server.stop(true),
  }
}

export type Hook = ReturnType<ReturnType<typeof openReceiver>['hook']>

/** Answers never. */
export const hangs: Behaviour = () => new Promise<Response>(() => {})

export const answers =
  (status: number, headers: Record<string, string> = {}, body: string | null = null): Behaviour =>
  () =>
    new Response(body, { status, headers })
