const FAILS = 0.03

/** A receiver of webhooks that fails now and then, can go away, and remembers how often it took which message. */
export function openReceiver() {
  const taken = new Map<string, number>()
  let away = false
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const id = request.headers.get('webhook-id') ?? 'without an id'
      await request.arrayBuffer()
      if (away || Math.random() < FAILS) return new Response(null, { status: 503 })
      taken.set(id, (taken.get(id) ?? 0) + 1)
      return new Response(null, { status: 204 })
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}/hook`,
    taken,
    setAway: (is_away: boolean) => void (away = is_away),
    stop: () => server.stop(true),
  }
}
