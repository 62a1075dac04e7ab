import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { leash } from '#shared/testing/leash.ts'
import { until } from '#shared/testing/until.ts'

/** Real processes of ingest over one database. */
export type Writers = { urls: string[]; log: () => string; stop: () => Promise<number[]> }

function spawnOne(database_url: string, data_dir: string) {
  const { PATH = '', HOME = '/tmp' } = process.env
  const child = Bun.spawn([process.execPath, resolve(import.meta.dir, '../../ingest/main.ts')], {
    env: { PATH, HOME, DATABASE_URL: database_url, HUB_DATA_DIR: data_dir, HUB_API_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  leash(child.pid)
  const output = { out: '', err: '' }
  const keep = async (stream: ReadableStream<Uint8Array>, name: keyof typeof output) => {
    const decoder = new TextDecoder()
    for await (const part of stream) output[name] += decoder.decode(part, { stream: true })
  }
  void keep(child.stdout, 'out')
  void keep(child.stderr, 'err')
  const url = () => /^ingest +(http:\/\/\S+)$/m.exec(output.out)?.[1]?.replace('localhost', '127.0.0.1')
  return { child, output, url }
}

/** Starts some `ingest/main.ts`; `stop` gives their exit codes. */
export async function startWriters(database_url: string, count: number): Promise<Writers> {
  const data_dir = mkdtempSync(join(tmpdir(), 'hub-contention-'))
  const writers = Array.from({ length: count }, () => spawnOne(database_url, data_dir))
  for (const { url } of writers) await until('a process of ingest is ready', () => url() !== undefined)
  return {
    urls: writers.map(({ url }) => url() ?? ''),
    log: () => writers.map(({ output }) => output.err).join(''),
    async stop() {
      for (const { child } of writers) child.kill('SIGTERM')
      const codes = await Promise.all(writers.map(({ child }) => child.exited))
      rmSync(data_dir, { recursive: true, force: true })
      return codes
    },
  }
}
