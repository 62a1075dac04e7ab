import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { suiteThatNeeds } from '#shared/testing/require.ts'

const CHAOS = join(import.meta.dir, '../../bench/chaos.ts')

suiteThatNeeds('nats', 'a minute of chaos', () => suiteThatNeeds('redis', 'a minute of chaos', chaos))

function chaos() {
  test('a minute of every kind of fault: what was acknowledged is stored once, decided once and told, and nothing else failed', async () => {
    const run = Bun.spawn([process.execPath, CHAOS, '--seconds', '60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const told = await new Response(run.stdout).text()
    console.log(told)
    expect([await run.exited, told.match(/^WRONG.*$/gm) ?? []]).toEqual([0, []])
    expect(told).not.toMatch(/^\| .* \| 0 \|/m)
  }, 400_000)
}
