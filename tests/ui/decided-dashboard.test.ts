import { afterAll, expect, test } from 'bun:test'
import type { TestProject } from '#shared/testing/project.ts'
import { openUi } from './open-ui.ts'

const hub = await openUi()
afterAll(hub.stop)

const TILE = 'Escalation rate'

async function post(project: TestProject, path: string, body: unknown): Promise<void> {
  const response = await hub.api.request('POST', `/api/v1${path}`, { key: project.key, body })
  if (!response.ok) throw new Error(await response.text())
}

test('the escalation rate appears on the dashboard with the first decision, and is that of all decisions', async () => {
  const project = await hub.mint()
  const rules = [
    { id: 'web', when: 'response.channel == "web"', then: { action: 'ESCALATE', reason_code: 'WEB' } },
  ]
  await post(project, '/policies', { name: 'p', active: true, definition: { version: 2, rules } })
  expect(await hub.page(`/?project_id=${project.project_id}`)).not.toContain(TILE)
  for (const [n, channel] of ['web', 'mail', 'mail', 'mail'].entries()) {
    const said = { input: 'May I?', output: 'You may.', response_payload: { channel } }
    await post(project, '/decide', { idempotency_key: `k${n}`, trace: { trace_id: `t${n}` }, ...said })
  }
  // Those who look at one window within two seconds share its figures.
  hub.deps.setClock(Date.now() + 3000)
  const html = await hub.page(`/?project_id=${project.project_id}`)
  expect(html).toContain(TILE)
  expect(html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')).toMatch(/Escalation rate.{0,80}25%/)
})
