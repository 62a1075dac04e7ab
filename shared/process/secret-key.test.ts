import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../config.ts'
import { secretKey } from './secret-key.ts'

const folder = mkdtempSync(join(tmpdir(), 'hub-test-secret-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Waits for a moment that all processes share, so that they ask at the same time. */
const ASK = `
  const { secretKey } = await import('${join(import.meta.dir, 'secret-key.ts')}')
  const [data_dir, at] = process.argv.slice(-2)
  while (Date.now() < Number(at)) {}
  process.stdout.write(secretKey({ data_dir }))`

async function askAtOnce(data_dir: string, processes: number): Promise<string[]> {
  const at = String(Date.now() + 1500)
  const ask = () => Bun.spawn([process.execPath, '-e', ASK, data_dir, at], { stdout: 'pipe' })
  return Promise.all(Array.from({ length: processes }, async () => new Response(ask().stdout).text()))
}

test('services that start together make one secret between them, whole and for nobody else to read', async () => {
  for (let round = 0; round < 3; round++) {
    const data_dir = join(folder, `round${round}`)
    const keys = await askAtOnce(data_dir, 4)
    expect(new Set(keys).size).toBe(1)
    expect(keys[0]).toHaveLength(43)
    expect(readdirSync(data_dir)).toEqual(['secret-key'])
    expect(statSync(join(data_dir, 'secret-key')).mode & 0o777).toBe(0o600)
  }
})

test('the secret of the first start is that of every later one, and HUB_SECRET_KEY goes before it', () => {
  const config = readConfig({ HUB_DATA_DIR: join(folder, 'again') })
  const made = secretKey(config)
  expect(secretKey(config)).toBe(made)
  expect(secretKey({ ...config, secret_key: 'of the operator' })).toBe('of the operator')
})
