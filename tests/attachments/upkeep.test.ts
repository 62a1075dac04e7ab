import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from '#shared/testing/project.ts'
import { erase } from '../../ingest/upkeep/erase.ts'
import { exportLog } from '../../ingest/upkeep/export.ts'
import { reproject } from '../../ingest/upkeep/reproject.ts'
import { retain } from '../../ingest/upkeep/retain.ts'
import { verify } from '../../ingest/upkeep/verify.ts'
import { openHub } from '../upkeep/open-hub.ts'
import { placesOf } from '../upkeep/search.ts'
import { png, textFile } from './files.ts'
import { fileOf, listed, multipart, mustSend, run, type Run } from './send-runs.ts'

const hub = await openHub()
afterAll(hub.stop)
const { api, sql } = hub

const DAY_MS = 86_400_000
const secret = () => `secret-${crypto.randomUUID()}`
const picture = (words: string) => ({ name: 'screen', type: 'image/png', bytes: png(words) })
const faultsOf = async ({ project_id }: TestProject) => (await verify(hub.deps, { project_id })).faults

async function bytesOf(project: TestProject, of: Run, name?: string): Promise<Buffer> {
  const { url } = await fileOf(api, project, of, name)
  const response = await api.request('GET', url, { key: project.key })
  expect(response.status).toBe(200)
  return Buffer.from(await response.arrayBuffer())
}

test('an erased trace leaves no byte of its files, and its neighbours in the body keep theirs', async () => {
  const project = await hub.mint()
  const words = secret()
  const [gone, stays] = [
    run([picture(words), textFile('note', 'text/plain', words)]),
    run([picture('stays')]),
  ]
  await mustSend(api, project, [gone, stays])
  expect(await placesOf(sql, words)).toEqual(['log.body'])
  const { url } = await fileOf(api, project, gone)
  await erase(hub.deps, { project_id: project.project_id, trace_id: gone.trace_id, actor: 'operator' })
  expect(await placesOf(sql, words)).toEqual([])
  expect((await api.request('GET', url, { key: project.key })).status).toBe(404)
  expect((await bytesOf(project, stays)).equals(picture('stays').bytes)).toBe(true)
  expect(await faultsOf(project)).toEqual([])
})

test('a file of a run that is not in its request goes with the erasure of that request', async () => {
  const project = await hub.mint()
  const words = secret()
  const [gone, orphaned] = [run([]), run([textFile('note', 'text/plain', words)])]
  const { body, type } = multipart([gone, orphaned])
  const orphan = Buffer.from(body).toString('latin1').replaceAll(`post.${orphaned.id}`, `post.${gone.id}x`)
  await api.request('POST', '/runs/multipart', {
    ...{ key: project.key, body: Uint8Array.from(Buffer.from(orphan, 'latin1')) },
    headers: { 'content-type': type },
  })
  expect(await placesOf(sql, words)).toEqual(['log.body'])
  await erase(hub.deps, { project_id: project.project_id, trace_id: gone.trace_id, actor: 'operator' })
  expect(await placesOf(sql, words)).toEqual([])
})

test('a rebuild from the log changes nothing, and the files are there as before', async () => {
  const project = await hub.mint()
  const one = run([picture('as before')])
  await mustSend(api, project, [one])
  const before = await listed(api, project, one)
  for (let again = 0; again < 2; again++) {
    const { project_id } = project
    expect(await reproject(hub.deps, { project_id })).toMatchObject({ changed: 0, incomplete: 0 })
  }
  expect(await listed(api, project, one)).toEqual(before)
  expect((await bytesOf(project, one)).equals(picture('as before').bytes)).toBe(true)
  expect(await faultsOf(project)).toEqual([])
})

test('an export has the files with the request that brought them', async () => {
  const project = await hub.mint()
  const words = secret()
  await mustSend(api, project, [run([picture(words)])])
  const folder = mkdtempSync(join(tmpdir(), 'hub-attachments-'))
  try {
    const to = join(folder, 'requests.jsonl')
    hub.deps.setClock(Date.now() + 120_000)
    await exportLog(hub.deps, { to, project_id: project.project_id }, () => {})
    const [line = ''] = (await Bun.file(to).text()).split('\n')
    const { base64 } = JSON.parse(line) as { base64: string }
    expect(Buffer.from(base64, 'base64').includes(words)).toBe(true)
  } finally {
    hub.deps.setClock(Date.now())
    rmSync(folder, { recursive: true })
  }
})

async function setRules({ project_id }: TestProject, more: object): Promise<void> {
  const settings = { retention_days: null, masking: { detectors: [], keys: [] }, ...more }
  const path = `/api/v1/projects/${project_id}/settings`
  expect((await api.request('PUT', path, { key: 'dev-key', body: settings })).status).toBe(200)
}

test('in a project with rules text is masked, and into what no rule can look nothing is kept', async () => {
  const project = await hub.mint()
  await setRules(project, { masking: { detectors: ['email'], keys: ['password'] } })
  const email = [`hong-${crypto.randomUUID().slice(0, 8)}`, 'example.com'].join('@')
  const hidden = secret()
  const one = run([
    picture(`to ${email}`),
    textFile('note', 'text/plain', `write to ${email} today`),
    textFile('form', 'application/json', JSON.stringify({ password: hidden, kept: 'yes' })),
    textFile(`for ${email}`, 'text/plain', 'named'),
    textFile('drawing', 'image/svg+xml', `<svg><text>${email}</text></svg>`),
    { name: 'odd', type: 'text/plain', bytes: Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(email)]) },
  ])
  await mustSend(api, project, [one])
  expect(await placesOf(sql, email)).toEqual([])
  expect(await placesOf(sql, hidden)).toEqual([])
  const mark = '[masked:attachment]'
  const read: Record<string, string> = {}
  for (const { name } of await listed(api, project, one)) {
    read[name] = (await bytesOf(project, one, name)).toString()
  }
  expect(read).toEqual({
    ...{ screen: mark, drawing: mark, odd: mark },
    note: 'write to [masked:email] today',
    form: '{"password":"[masked:key]","kept":"yes"}',
    'for [masked:email]': 'named',
  })
  expect(await faultsOf(project)).toEqual([])
})

test('what is older than its project keeps it leaves no byte of its files', async () => {
  const project = await hub.mint()
  const words = secret()
  await setRules(project, { retention_days: 1 })
  const one = run([picture(words)])
  await mustSend(api, project, [one])
  const { url } = await fileOf(api, project, one)
  try {
    hub.deps.setClock(Date.now() + 5 * DAY_MS)
    await retain(hub.deps)
  } finally {
    hub.deps.setClock(Date.now())
  }
  expect(await placesOf(sql, words)).toEqual([])
  expect((await api.request('GET', url, { key: project.key })).status).toBe(404)
})
