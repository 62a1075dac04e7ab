import { afterAll, expect, test } from 'bun:test'
import { testHub } from '#shared/testing/hub.ts'
import { ingest } from '../../ingest/service.ts'

const hub = await testHub([ingest])
afterAll(hub.stop)

test('a trace whose root turns out to be a child shows nothing of it any more', async () => {
  const project = await hub.mint()
  const trace = { trace_id: 't', start_time: '2026-11-01T00:00:00Z' }
  const span = {
    span_id: 's',
    trace_id: 't',
    name: 's',
    idempotency_key: 'k',
    start_time: '2026-11-01T00:00:01Z',
  }
  const ended = { ...span, end_time: '2026-11-01T00:00:02Z', status: 'success' }
  await hub.send(project, 'POST', '/api/v1/ingest/traces', { trace, spans: [ended] })
  const shown = async () => {
    const [row] = await hub.deps.database.sql`
      select status, t.name, end_time, root_key from traces t join projects using (project_no)
      where project_id = ${project.project_id}`
    return row
  }
  expect(await shown()).toMatchObject({ status: 1, name: 's', root_key: 's' })
  const child = { ...ended, parent_span_id: 'never sent', idempotency_key: 'k 2' }
  await hub.send(project, 'POST', '/api/v1/ingest/traces', { trace, spans: [child] })
  expect(await shown()).toEqual({ status: 0, name: null, end_time: null, root_key: null })
})
