import { HubError } from '#shared/errors.ts'
import type { Deps } from '#shared/service.ts'
import { erase } from './erase.ts'
import { CHECKS, type Check, type Findings } from './findings.ts'
import { grouped, progress, type Progress, type Terminal } from './progress.ts'
import { readArguments, UsageError, USAGE, type Command } from './read-arguments.ts'
import { reproject } from './reproject.ts'
import { retain } from './retain.ts'
import { verify } from './verify.ts'

/** 0: done, or nothing wrong. 1: something is wrong, or another process is at it. 2: the command line is wrong. */
export type ExitCode = 0 | 1 | 2

type Ask<N extends Command['name']> = Extract<Command, { name: N }>
type Run<N extends Command['name']> = (
  deps: Deps,
  asked: Ask<N>,
  shown: Progress,
  write: Terminal['write'],
) => Promise<ExitCode>

const BUSY = 'Another process is at it; nothing was done.\n'

function tableOf({ counts, faults }: Findings): string {
  // The list of checks is the list of counts.
  const checks = Object.keys(CHECKS) as Check[]
  const width = Math.max(...checks.map((check) => CHECKS[check].length))
  const line = (what: string, checked: string, wrong: string) =>
    `${what.padEnd(width)}  ${checked.padStart(13)}  ${wrong.padStart(9)}\n`
  const lines = checks.map((check) => {
    const { checked, wrong } = counts[check]
    return line(CHECKS[check], grouped(checked), grouped(wrong))
  })
  const all = checks.reduce((sum, check) => sum + counts[check].wrong, 0)
  const rest = all > faults.length ? [`… and ${grouped(all - faults.length)} more`] : []
  const told = all > 0 ? `\n${[...faults, ...rest].join('\n')}\n` : ''
  return `${line('', 'checked', 'wrong')}${lines.join('')}${told}`
}

const runVerify: Run<'verify'> = async (deps, { name: _name, ...part }, shown, write) => {
  const findings = await verify(deps, part, shown.show)
  shown.end()
  write(tableOf(findings))
  return Object.values(findings.counts).some(({ wrong }) => wrong > 0) ? 1 : 0
}

const runReproject: Run<'reproject'> = async (deps, { name: _name, ...options }, shown, write) => {
  const hear = (done: number, all: number) => shown.show('traces', done, all)
  const done = await reproject(deps, { ...options, hear })
  shown.end()
  if (!done) {
    write(BUSY)
    return 1
  }
  const { walked, changed, incomplete, since } = done
  if (since) write(`Went on with the run of ${since.toISOString()}.\n`)
  write(`${grouped(walked)} traces read again from the log, ${grouped(changed)} changed.\n`)
  if (incomplete > 0) {
    write(
      `${grouped(incomplete)} left as they are: part of what they came from is not in the log, see verify.\n`,
    )
  }
  return 0
}

const runRetain: Run<'retain'> = async (deps, _asked, _shown, write) => {
  const done = await retain(deps)
  if (!done) {
    write(BUSY)
    return 1
  }
  const { traces, bodies, leaves, outbox } = done
  write(
    `${grouped(traces)} traces and ${grouped(bodies)} bodies deleted, ${grouped(leaves.length)} tables dropped`,
  )
  write(`, ${grouped(outbox)} outbox rows trimmed.\n`)
  return 0
}

const runErase: Run<'erase'> = async (deps, { name: _name, ...asked }, shown, write) => {
  const done = await erase(deps, { ...asked, actor: 'operator' }, shown.show)
  shown.end()
  if (!done) {
    write('Another process has finished this erasure; the audit has its numbers.\n')
    return 0
  }
  const { traces, spans, bodies, unreadable } = done
  write(
    `${grouped(traces)} traces with ${grouped(spans)} spans erased, ${grouped(bodies)} bodies rewritten.\n`,
  )
  if (unreadable === 0) return 0
  write(`${grouped(unreadable)} bodies cannot be read and may still hold words of them, see verify.\n`)
  return 1
}

const RUNS: { [N in Command['name']]: Run<N> } = {
  verify: runVerify,
  reproject: runReproject,
  retain: runRetain,
  erase: runErase,
}

/** Runs one command of the operator and gives the exit code of the process; only a command that can run opens deps. */
export async function runCommand(
  argv: string[],
  open: () => Promise<Deps>,
  terminal: Terminal,
): Promise<ExitCode> {
  const { write } = terminal
  try {
    const asked = readArguments(argv)
    if (!asked) {
      write(USAGE)
      return 0
    }
    // Each run takes what its own name is asked with.
    const run = RUNS[asked.name] as Run<Command['name']>
    const deps = await open()
    return await run(deps, asked, progress(terminal, deps.clock), write)
  } catch (error) {
    if (error instanceof UsageError) {
      write(`${error.message}\n\n${USAGE}`)
      return 2
    }
    if (!(error instanceof HubError)) throw error
    write(`${error.message}\n`)
    return 1
  }
}
