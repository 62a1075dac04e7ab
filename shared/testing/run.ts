import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartError } from '../start-error.ts'
import { testPostgres } from './postgres.ts'

/** Runs every test over one database of its own, and says at the end what was skipped and how it went. */
async function run(args: string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'hub-test-run-'))
  const skips = join(folder, 'skips')
  writeFileSync(skips, '')
  const postgres = await testPostgres()
  const env = { ...process.env, HUB_TEST_DATABASE_URL: postgres.url, HUB_TEST_SKIPS: skips }
  const tests = Bun.spawn([process.execPath, 'test', '--parallel=2', '--timeout', '30000', ...args], {
    env,
    stdio: ['inherit', 'inherit', 'pipe'],
  })
  // Ctrl-C reaches the tests as well; we stay to clean up after them.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => tests.kill('SIGTERM'))
  const summary = await passOn(tests.stderr)
  const code = await tests.exited
  await postgres.stop()
  const skipped = readFileSync(skips, 'utf8').split('\n').filter(Boolean).toSorted()
  rmSync(folder, { recursive: true, force: true })
  return report(code, summary, skipped)
}

/** Passes the tests' output on to ours, and keeps it. */
async function passOn(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const part of stream) {
    process.stderr.write(part)
    text += decoder.decode(part, { stream: true })
  }
  return Bun.stripANSI(text)
}

function report(code: number, output: string, skipped: string[]): number {
  const last = output.slice(output.lastIndexOf('\n\n'))
  const count = (word: string) => Number(new RegExp(`^ *(\\d+) ${word}s?$`, 'm').exec(last)?.[1] ?? 0)
  const failed = count('fail') + count('error')
  const passed = count('pass')
  const left_out = count('skip') + count('todo')
  for (const name of skipped) console.log(`Skipped: ${name}`)
  const refused = process.env['HUB_TEST_REQUIRE'] === 'all' && left_out > 0
  if (refused) console.log('HUB_TEST_REQUIRE=all: a skipped test is a failure')
  if (code !== 0 && failed === 0) console.log(`bun test ended with code ${code}`)
  console.log(`${passed} passed, ${failed} failed, ${left_out} skipped`)
  return code === 0 && refused ? 1 : code
}

try {
  process.exit(await run(process.argv.slice(2)))
} catch (error) {
  if (!(error instanceof StartError)) throw error
  console.error(error.message)
  process.exit(1)
}
