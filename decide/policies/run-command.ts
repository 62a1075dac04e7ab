import { resolve } from 'node:path'
import type { Finding } from '#shared/policy/finding.ts'
import { cameOut, runTests } from '#shared/policy/run-tests.ts'
import { checkDefinition, compileDefinition } from './compile-definition.ts'
import { testFacts } from './test-facts.ts'

/** Where the command writes to, and from where its files are named. */
type Terminal = { say: (line: string) => void; complain: (line: string) => void; cwd: string }

const USAGE = `Usage: npm run policy -- check|test <file> ...

  check   says what is to be found in a policy (YAML or JSON), its failing tests included
  test    runs the tests in a policy

Ends with 0 when all is well, 1 when something was found or failed, 2 when it was called in another way.`

/** A policy is far smaller; what is larger is some other file. */
const MOST_BYTES = 1_048_576

type Command = (name: string, text: string, say: Terminal['say']) => boolean

function sayFindings(name: string, findings: readonly Finding[], say: Terminal['say']): void {
  for (const { line, column, severity, code, message } of findings)
    say(`${name}:${line}:${column} ${severity} [${code}] ${message}`)
}

const check: Command = (name, text, say) => {
  const { findings } = checkDefinition(text)
  sayFindings(name, findings, say)
  if (findings.length === 0) say(`${name}: nothing found`)
  return findings.length === 0
}

const test: Command = (name, text, say) => {
  const { policy, findings } = compileDefinition(text)
  if (!policy) {
    sayFindings(name, findings, say)
    return false
  }
  const results = runTests(policy, testFacts)
  for (const one of results) say(one.passed ? `pass  ${one.name}` : `FAIL  ${cameOut(one)}`)
  const failed = results.filter(({ passed }) => !passed).length
  say(`${name}: ${results.length - failed} passed, ${failed} failed`)
  return failed === 0
}

const COMMANDS = new Map<string, Command>([
  ['check', check],
  ['test', test],
])

/** `policy check|test file...`, without a database; answers with the exit code. */
export async function runPolicyCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const { say, complain, cwd } = terminal
  const [word = '', ...names] = args
  const command = COMMANDS.get(word)
  if (!command || names.length === 0 || names.some((name) => name.startsWith('-'))) {
    complain(USAGE)
    return 2
  }
  let is_well = true
  for (const name of names) {
    const file = Bun.file(resolve(cwd, name))
    if (!(await file.exists()) || file.size > MOST_BYTES) {
      complain(
        `${name}: ${file.size > MOST_BYTES ? 'this is too large for a policy' : 'there is no such file'}`,
      )
      return 2
    }
    is_well = command(name, await file.text(), say) && is_well
  }
  return is_well ? 0 : 1
}
