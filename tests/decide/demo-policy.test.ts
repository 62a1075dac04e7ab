import { afterAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import * as contract from '#shared/contract/policies.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { openPolicies, rules } from './open-policies.ts'

const HOUSE = join(import.meta.dir, '../..')
const hub = await openPolicies()
const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: hub.api.fetch })
afterAll(async () => {
  await server.stop(true)
  await hub.stop()
})

async function run(command: string[], env: Record<string, string> = {}, cwd = HOUSE) {
  const child = Bun.spawn([process.execPath, ...command], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { out, err, code }
}

const demo = async ({ key }: TestProject) =>
  run(['examples/demo/main.ts', '--traces', '0'], {
    TRACEHUB_BASE_URL: `http://127.0.0.1:${server.port}`,
    TRACEHUB_API_KEY: key,
  })

test('the demo makes default-safety and lets it decide, once', async () => {
  const project = await hub.mint()
  expect(await demo(project)).toEqual({
    out: 'Policy default-safety: made, and it decides.\n',
    err: '',
    code: 0,
  })
  expect((await demo(project)).out).toBe('Policy default-safety: there already.\n')
  const listed = await hub.ask(project, contract.listPolicies)
  expect(listed.map(({ name, active_version }) => [name, active_version])).toEqual([['default-safety', 1]])
})

test('the demo leaves the policy that a project has chosen, and says so when its key may make none', async () => {
  const project = await hub.mint()
  await hub.create(project, rules('OURS'), { active: true })
  expect((await demo(project)).out).toBe('Policy default-safety: made; another one decides.\n')
  const listed = await hub.ask(project, contract.listPolicies)
  expect(listed.map(({ name, active_version }) => [name, active_version])).toEqual([
    ['default-safety', null],
    ['p', 1],
  ])
  const other = await hub.mint()
  const { out, code } = await demo({ ...other, key: await hub.keyOf(other, 'ingest') })
  expect([out, code]).toEqual(['Policy default-safety: not made, the hub answered 403 missing_scope.\n', 0])
})
