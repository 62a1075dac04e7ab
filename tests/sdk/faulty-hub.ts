import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { afterAll } from 'bun:test'

/** A request as it came: `body` is inflated. */
export type Came = { path: string; body: string; headers: IncomingMessage['headers'] }

/** How a request is answered; `null` = by the hub behind. */
export type Answering = {
  status?: number
  headers?: Record<string, string>
  body?: string
  /** Cut the connection in the middle of the answer, or before it. */
  cut?: 'middle' | 'before'
  /** Never answer. */
  hang?: boolean
  /** Answer after so many milliseconds only. */
  slow_ms?: number
  /** Let the hub behind have it, whatever is answered. */
  after_hub?: boolean
}

export type Script = (came: Came, number: number) => Answering | null

const TAKEN = JSON.stringify({ accepted: 1, duplicates: 0, rejected: [] })

function answer(
  response: ServerResponse,
  { status = 200, headers = {}, body = TAKEN, cut }: Answering,
): void {
  if (cut === 'before') return void response.destroy()
  response.writeHead(status, {
    'content-type': 'application/json',
    ...headers,
    'content-length': body.length,
  })
  if (cut !== 'middle') return void response.end(body)
  response.write(body.slice(0, body.length >> 1))
  setTimeout(() => response.destroy(), 5)
}

async function read(request: IncomingMessage): Promise<{ bytes: Buffer; came: Came }> {
  const parts: Buffer[] = []
  // Node's requests come in buffers, which its types do not tell.
  for await (const part of request) parts.push(part as Buffer)
  const bytes = Buffer.concat(parts)
  const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
  return { bytes, came: { path: request.url ?? '', body: plain.toString(), headers: request.headers } }
}

/** A server on a real socket that misbehaves by script, in front of a hub or of nothing. */
export async function faultyHub(script: Script, behind?: (request: Request) => Promise<Response> | Response) {
  const came: Came[] = []
  let current = script

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { bytes, came: said } = await read(request)
    came.push(said)
    const how = current(said, came.length)
    if (how?.hang) return
    if (how?.slow_ms) await Bun.sleep(how.slow_ms)
    if (how && !how.after_hub) return answer(response, how)
    if (!behind) return answer(response, how ?? {})
    // Node gives a header that came once as text.
    const headers = request.headers as Record<string, string>
    const body = new Uint8Array(bytes)
    const told = await behind(new Request(`http://localhost${said.path}`, { method: 'POST', headers, body }))
    answer(response, how ?? { status: told.status, body: await told.text() })
  }

  const server = createServer(
    (request, response) => void handle(request, response).catch(() => response.destroy()),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  afterAll(stop)
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    came,
    /** From now on by another script. */
    become: (next: Script) => void (current = next),
    stop,
  }
}
