import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MAIN = join(import.meta.dir, 'main.ts')
const EXAMPLE = join(import.meta.dir, '../../examples/policies/default-safety.yaml')
const folder = mkdtempSync(join(tmpdir(), 'hub-policy-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const GOOD = `version: 2
rules:
  - { id: card, when: signals.pii.count > 0, then: BLOCK }
tests:
  - { name: a card, given: { output: 4111 1111 1111 1111 }, expect: { action: BLOCK, rule: card } }
`
writeFileSync(join(folder, 'good.yaml'), GOOD)
writeFileSync(join(folder, 'failing.yaml'), GOOD.replace('rule: card }', 'rule: cards }'))
writeFileSync(join(folder, 'bad.yaml'), GOOD.replace('pii.count', 'pii.cout'))
writeFileSync(join(folder, 'good.json'), JSON.stringify({ version: 2, rules: [] }))
writeFileSync(join(folder, 'huge.yaml'), '#'.repeat(2_000_000))

/** Runs the command from the folder of the policies, with nothing in its environment that names a hub. */
async function policy(...args: string[]) {
  const child = Bun.spawn([process.execPath, MAIN, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, lines: out.trimEnd().split('\n'), err }
}

test('check finds nothing in a good policy, and ends with 0', async () => {
  expect(await policy('check', 'good.yaml', 'good.json')).toEqual({
    code: 0,
    lines: ['good.yaml: nothing found', 'good.json: nothing found'],
    err: '',
  })
})

test('check names file, line, column, severity and code, and ends with 1', async () => {
  const { code, lines, err } = await policy('check', 'good.yaml', 'bad.yaml', 'failing.yaml')
  expect([code, err]).toEqual([1, ''])
  expect(lines).toEqual([
    'good.yaml: nothing found',
    'bad.yaml:3:35 error [unknown_signal] unknown field "cout" of signals.pii; did you mean "count"?',
    'failing.yaml:5:5 warning [test_failed] the test "a card" came out as BLOCK by card',
  ])
})

test('test runs the tests, and ends with 1 when one fails or there is no policy to test', async () => {
  expect(await policy('test', 'good.yaml')).toMatchObject({
    code: 0,
    lines: ['pass  a card', 'good.yaml: 1 passed, 0 failed'],
  })
  expect(await policy('test', 'failing.yaml')).toMatchObject({
    code: 1,
    lines: ['FAIL  the test "a card" came out as BLOCK by card', 'failing.yaml: 0 passed, 1 failed'],
  })
  expect(await policy('test', 'bad.yaml')).toMatchObject({
    code: 1,
    lines: [expect.stringContaining('error')],
  })
})

test('called in another way it explains itself, and ends with 2', async () => {
  for (const args of [
    [],
    ['check'],
    ['lint', 'good.yaml'],
    ['check', '--all'],
    ['check', 'no.yaml'],
    ['test', 'huge.yaml'],
    ['check', '.'],
  ]) {
    const { code, lines, err } = await policy(...args)
    expect([args.join(' '), code, lines, err === '']).toEqual([args.join(' '), 2, [''], false])
  }
})

test('npm runs it in the folder of the caller', async () => {
  const house = join(import.meta.dir, '../..')
  const npm = Bun.spawn(['npm', 'run', '--silent', '--prefix', house, 'policy', '--', 'check', 'good.yaml'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  expect(await new Response(npm.stdout).text()).toBe('good.yaml: nothing found\n')
  expect(await npm.exited).toBe(0)
})

test('the policy of the examples passes its own tests', async () => {
  expect((await policy('check', EXAMPLE)).code).toBe(0)
  expect((await policy('test', EXAMPLE)).lines.at(-1)).toBe(`${EXAMPLE}: 6 passed, 0 failed`)
})
