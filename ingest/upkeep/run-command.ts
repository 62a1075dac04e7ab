import { HubError } from '#shared/errors.ts'
import { NoImport } from '#shared/mvp/source.ts'
import type { Step } from '#shared/mvp/step.ts'
import type { Deps } from '#shared/service.ts'
import { importMvp } from '../import/import-mvp.ts'
import { RECORD_STEPS } from '../import/steps.ts'
import { summaryOf } from '../import/summary.ts'
import { backUp, restore } from './back-up.ts'
import { examine, MARKS, type Level } from './doctor/examine.ts'
import { erase } from './erase.ts'
import { exportLog, NoExport } from './export.ts'
import { CHECKS, type Check, type Findings } from './findings.ts'
import { BadArchive } from '#shared/store/backup/frames.ts'
import { applyRoles } from '#shared/store/roles/apply-roles.ts'
import { roleOf, SERVICES } from '#shared/store/roles/privileges.ts'
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
  steps: readonly Step[],
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

const runRoles: Run<'roles'> = async ({ database, config }, _asked, _shown, write) => {
  const wanting = await applyRoles(database, config.role_passwords)
  if (wanting.length === 0) {
    write(`The roles ${SERVICES.map(roleOf).join(', ')} may do what their services do, and nothing else.\n`)
    return 0
  }
  write(`This role may not make roles. As an administrator of the server run, then come back:\n\n`)
  write(`${wanting.join('\n')}\ngrant hub_ingest to <the role of DATABASE_URL>;\n`)
  return 1
}

const runDoctor: Run<'doctor'> = async (deps, _asked, _shown, write) => {
  const found = await examine(deps)
  for (const { level, says, advice } of found)
    write(`${MARKS[level]}  ${says}\n${advice ? `         ${advice}\n` : ''}`)
  const count = (level: Level) => grouped(found.filter((one) => one.level === level).length)
  write(`\n${count('bad')} wrong, ${count('warn')} to look at, ${count('ok')} fine.\n`)
  return found.some(({ level }) => level === 'bad') ? 1 : 0
}

const runBackup: Run<'backup'> = async (deps, { to }, shown, write) => {
  const { tables, rows, bytes } = await backUp(deps, to, (done, all) => shown.show('tables', done, all))
  shown.end()
  write(`${grouped(rows)} rows of ${grouped(tables)} tables in ${to}, ${grouped(bytes)} bytes.\n`)
  return 0
}

const runRestore: Run<'restore'> = async (deps, { from }, shown, write) => {
  const done = await restore(deps, from, (tables, all) => shown.show('tables', tables, all))
  shown.end()
  write(`${grouped(done.rows)} rows of ${grouped(done.tables)} tables, as they were at ${done.at}.\n`)
  if (!done.same_secret) {
    write(
      `HUB_SECRET_KEY is another than it was: keys cannot be revealed, and webhooks not be signed, until it is set.\n`,
    )
  }
  return 0
}

const runExport: Run<'export'> = async (deps, { name: _name, ...asked }, shown, write) => {
  const done = await exportLog(deps, asked, (bodies, all) => shown.show('requests', bodies, all))
  shown.end()
  write(`${grouped(done.bodies)} requests ${done.went_on ? 'appended to' : 'written to'} ${asked.to}.\n`)
  return 0
}

const runImport: Run<'import'> = async (deps, { name: _name, ...asked }, shown, write, steps) => {
  const done = await importMvp(deps, { ...asked, steps: [...RECORD_STEPS, ...steps], hear: shown.show })
  shown.end()
  write(done ? summaryOf(done) : BUSY)
  return done ? 0 : 1
}

const RUNS: { [N in Command['name']]: Run<N> } = {
  verify: runVerify,
  reproject: runReproject,
  retain: runRetain,
  erase: runErase,
  roles: runRoles,
  doctor: runDoctor,
  backup: runBackup,
  restore: runRestore,
  export: runExport,
  import: runImport,
}

/** What can be said in one line, without where in the code it happened. */
const isTold = (error: unknown): error is Error =>
  [HubError, BadArchive, NoExport, NoImport].some((told) => error instanceof told)

/**
 * Runs one command of the operator and gives the exit code of the process; only a command that can run opens deps. `steps`
 * is what other services bring over from the MVP.
 */
export async function runCommand(
  argv: string[],
  open: () => Promise<Deps>,
  terminal: Terminal,
  steps: readonly Step[] = [],
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
    return await run(deps, asked, progress(terminal, deps.clock), write, steps)
  } catch (error) {
    if (error instanceof UsageError) {
      write(`${error.message}\n\n${USAGE}`)
      return 2
    }
    if (!isTold(error)) throw error
    write(`${error.message}\n`)
    return 1
  }
}
