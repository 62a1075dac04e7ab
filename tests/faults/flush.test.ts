import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ingestTraces } from '#shared/contract/ingest.ts'
import { call } from '#shared/http/call.ts'
import { testApi } from '#shared/testing/api.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { testPostgres } from '#shared/testing/postgres.ts'
import { mintProject } from '#shared/testing/project.ts'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { until } from '#shared/testing/until.ts'
import { ingest } from '../../ingest/service.ts'

const REQUESTS = 40

suiteThatNeeds('strace', 'an acknowledged commit was flushed', flushes)

/** When each flush of the write-ahead log was over, in seconds since 1970, in order; one file a traced process. */
function readFlushes(folder: string): number[] {
  const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
  return lines
    .flatMap((line) => {
      const flush = /^(\d+\.\d+) (?:fdatasync|fsync)\(\d+<[^>]*pg_wal[^>]*>\) = 0 <(\d+\.\d+)>/.exec(line)
      return flush ? [Number(flush[1]) + Number(flush[2])] : []
    })
    .toSorted((a, b) => a - b)
}

function flushes() {
  const folder = mkdtempSync(join(tmpdir(), 'hub-test-strace-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('each answer of 200 comes after a flush of the write-ahead log that came after the request', async () => {
    const postgres = await testPostgres()
    const deps = await testDeps(postgres.url)
    const service = await ingest(deps)
    const api = testApi(deps, service.routes)
    const { key } = await mintProject(api.fetch)
    const send = async () => {
      const trace = { trace_id: crypto.randomUUID(), start_time: new Date().toISOString() }
      await call(api.fetch, 'http://localhost', ingestTraces, { body: { trace } }, { 'x-api-key': key })
    }
    await send()
    const lanes = await deps.database.sql<{ pid: number }[]>`
      select pid from pg_stat_activity where application_name = 'hub-lane' or backend_type = 'walwriter'`
    const strace = Bun.spawn(
      [
        ...['strace', '-ff', '-ttt', '-T', '-y', '-e', 'trace=fdatasync,fsync', '-o', join(folder, 'trace')],
        ...lanes.flatMap(({ pid }) => ['-p', String(pid)]),
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    await until('strace is attached', () => readdirSync(folder).length === lanes.length)
    await send()
    await until('strace sees flushes', () => readFlushes(folder).length > 0)
    const asked: [number, number][] = []
    for (let left = REQUESTS; left > 0; left--) {
      const began = performance.timeOrigin + performance.now()
      await send()
      asked.push([began / 1000, (performance.timeOrigin + performance.now()) / 1000])
    }
    strace.kill('SIGINT')
    await strace.exited
    const done = readFlushes(folder)
    const unflushed = asked.filter(([from, to]) => !done.some((at) => at > from && at <= to))
    expect(unflushed).toEqual([])
    await service.stop()
    await deps.stop()
    await postgres.stop()
  }, 60_000)
}
