import { urlIn } from './url-in.ts'

/** The other floor: a server that reads a JSON body and does nothing with it. */
export type JsonFloor = { url: string; pid: number; stop: () => Promise<void> }

/** Starts this file as a process of its own. */
export async function startJsonFloor(): Promise<JsonFloor> {
  const child = Bun.spawn([process.execPath, import.meta.filename], { stdio: ['ignore', 'pipe', 'inherit'] })
  const greeting = await urlIn(child.stdout, 'FLOOR')
  return {
    url: greeting('FLOOR'),
    pid: child.pid,
    async stop() {
      child.kill('SIGTERM')
      await child.exited
    },
  }
}

async function readJson(request: Request): Promise<unknown> {
  if (request.headers.get('content-encoding') !== 'zstd') return await request.json()
  const sent = await request.arrayBuffer()
  return JSON.parse((await Bun.zstdDecompress(sent)).toString())
}

async function answer(request: Request): Promise<Response> {
  return Response.json({ read: typeof (await readJson(request)) })
}

if (import.meta.main) {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: answer })
  console.log(`FLOOR ${server.url.origin} `)
}
