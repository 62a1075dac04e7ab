import { appendFileSync } from 'node:fs'
import { test } from 'bun:test'

/** What a suite may need of the machine: how to look for it, and how to get it. */
const NEEDS = {
  chromium: { found: () => Bun.which('chromium') !== null, install: 'apt-get install chromium' },
  nats: { found: () => Bun.which('nats-server') !== null, install: 'apt-get install nats-server' },
  redis: { found: () => Bun.which('redis-server') !== null, install: 'apt-get install redis-server' },
  strace: { found: () => Bun.which('strace') !== null, install: 'apt-get install strace' },
  python: { found: () => Bun.which('python3') !== null, install: 'apt-get install python3' },
  root: { found: () => process.getuid?.() === 0, install: 'run the tests as root' },
}

export type Need = keyof typeof NEEDS

/** Defines a suite where the machine has what it needs; elsewhere one skipped test, which the runner names at the end. */
export function suiteThatNeeds(need: Need, suite: string, define: () => void) {
  if (NEEDS[need].found()) return define()
  const name = `${suite} (needs ${need}; ${NEEDS[need].install})`
  test.skip(name, () => {})
  const list = process.env['HUB_TEST_SKIPS']
  if (list) appendFileSync(list, `${name}\n`)
}
