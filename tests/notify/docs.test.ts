import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WEBHOOK_EVENTS } from '#shared/events.ts'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { newSecret, signedHeaders } from '../../notify/deliveries/sign.ts'
import { SCHEDULE_MS } from '../../notify/deliveries/schedule.ts'

const PAGE = await Bun.file(join(import.meta.dir, '../../docs/webhooks.md')).text()
const folder = mkdtempSync(join(tmpdir(), 'hub-test-webhooks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const block = (lang: string) => new RegExp(`\`\`\`${lang}\\n([\\s\\S]*?)\`\`\``).exec(PAGE)?.[1] ?? ''

const BODY = '{"type":"case.opened","data":{"note":"환불 규정"}}'
const secret = newSecret()
const signed = (at: number) => signedHeaders('an-id', at, BODY, [newSecret(), secret])
const now = Date.now()

test('the TypeScript of the page takes a message that is signed right, and no other', async () => {
  const file = join(folder, 'verify.ts')
  await Bun.write(
    file,
    block('ts').replace("'standardwebhooks'", `'${import.meta.resolve('standardwebhooks')}'`),
  )
  // The page says what it exports, and the test would fail without it.
  const { verify } = (await import(file)) as {
    verify: (secret: string, headers: Record<string, string>, body: string) => unknown
  }
  expect(verify(secret, signed(now), BODY)).toEqual(JSON.parse(BODY))
  expect(() => verify(secret, signed(now), `${BODY} `)).toThrow()
  expect(() => verify(newSecret(), signed(now), BODY)).toThrow()
  expect(() => verify(secret, signed(now - 360_000), BODY)).toThrow()
})

suiteThatNeeds('python', 'the Python of the page on webhooks', () => {
  test('takes a message that is signed right, and no other', async () => {
    const file = join(folder, 'check.py')
    const ask = `\nimport json, sys\nfor case in json.load(sys.stdin):\n    print(verify(case[0], case[1], case[2].encode()))\n`
    await Bun.write(file, block('python') + ask)
    const cases = [
      [secret, signed(now), BODY],
      [secret, signed(now), `${BODY} `],
      [newSecret(), signed(now), BODY],
      [secret, signed(now - 360_000), BODY],
    ]
    const child = Bun.spawn(['python3', file], { stdin: new Blob([JSON.stringify(cases)]), stdout: 'pipe' })
    expect(await new Response(child.stdout).text()).toBe('True\nFalse\nFalse\nFalse\n')
  })
})

test('the page names every event, and the schedule as it is', () => {
  expect(WEBHOOK_EVENTS.filter((name) => !PAGE.includes(`\`${name}\``))).toEqual([])
  const said = (ms: number) =>
    ms === 0
      ? 'at once'
      : ms < 60_000
        ? `${ms / 1000} s`
        : ms < 3_600_000
          ? `${ms / 60_000} min`
          : `${ms / 3_600_000} h`
  const [last = '', ...rest] = SCHEDULE_MS.map(said).toReversed()
  const [first = '', ...between] = rest.toReversed()
  expect(PAGE).toContain(`${first}, then ${between.join(', ')} and ${last} after the first`)
})
