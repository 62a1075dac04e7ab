import { parseArgs } from 'node:util'
import { isUuid } from '#shared/ids.ts'
import { readTime } from '#shared/time.ts'

/** What an operator asked for on the command line. */
export type Command =
  | { name: 'verify'; project_id?: string; day?: string }
  | { name: 'reproject'; project_id?: string; day?: string; restart: boolean }
  | { name: 'retain' }
  | { name: 'roles' }
  | { name: 'doctor' }
  | { name: 'backup'; to: string }
  | { name: 'restore'; from: string }
  | { name: 'export'; to: string; project_id?: string }
  | { name: 'import'; from: string; project_id?: string; restart: boolean }
  | { name: 'erase'; project_id: string; trace_id: string }
  | { name: 'erase'; project_id: string; user_id: string }

export const USAGE = `Usage: bun hub.ts <command> [options]     (or: npm run hub -- <command> [options])

  verify     [--project <id>] [--day <yyyy-mm-dd>]
             Recounts the log against the rows. Exit code 1 when something is wrong.
  reproject  [--project <id>] [--day <yyyy-mm-dd>] [--restart]
             Rebuilds the rows from the log. Goes on where a run was cut off; --restart begins anew.
  retain     Deletes what is older than its project keeps it. The hub does so by itself every hour.
  roles      Migrates, and gives each service a database role with the least it needs (HUB_*_DB_PASSWORD).
  erase      --project <id> (--trace <id> | --user <id>)
             Erases a trace, or all traces of a user, for good: rows and bodies.
  doctor     Looks at everything a hub needs, and says what to do. Exit code 1 when something is wrong.
  backup     --to <file>
             Writes all that the database holds into a new file, as it was at one moment.
  restore    --from <file>
             Brings a backup back into an empty database.
  export     --to <file> [--project <id>]
             Appends every request as it was sent, as JSON lines; goes on after the last line that is there.
  import     --from postgres://<user>:<password>@<host>/<database> [--project <id>] [--restart]
             Brings the data of the earlier Python MVP over. Goes on where a run was cut off; --restart begins anew.

Days are UTC. All of them may run beside a running hub, whose database they use: DATABASE_URL, or the one in
HUB_DATA_DIR, which is started for the time of the command when no hub runs. Without a command the hub starts.
`

/** What was wrong with the command line; the message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const OPTIONS = {
  project: { type: 'string' },
  day: { type: 'string' },
  trace: { type: 'string' },
  user: { type: 'string' },
  to: { type: 'string' },
  from: { type: 'string' },
  restart: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

type Values = {
  project?: string
  day?: string
  trace?: string
  user?: string
  to?: string
  from?: string
  restart?: boolean
  help?: boolean
}

const TAKES: Record<Command['name'], (keyof Values)[]> = {
  verify: ['project', 'day'],
  reproject: ['project', 'day', 'restart'],
  retain: [],
  roles: [],
  erase: ['project', 'trace', 'user'],
  doctor: [],
  backup: ['to'],
  restore: ['from'],
  export: ['to', 'project'],
  import: ['from', 'project', 'restart'],
}

const isCommand = (name: string): name is Command['name'] => Object.hasOwn(TAKES, name)

function parse(argv: string[]): { values: Values; positionals: string[] } {
  try {
    return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true })
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause))
  }
}

function readPart({ project, day }: Values): { project_id?: string; day?: string } {
  if (project !== undefined && !isUuid(project))
    throw new UsageError(`--project ${project} is not a project id`)
  const is_day = day === undefined || readTime(`${day}T00:00:00Z`) !== null
  if (!is_day) throw new UsageError(`--day ${day} is not a day like 2026-02-07`)
  return { ...(project === undefined ? {} : { project_id: project }), ...(day === undefined ? {} : { day }) }
}

function readErase({ trace, user }: Values, project_id: string | undefined): Command {
  if (project_id === undefined) throw new UsageError('erase needs --project <id>')
  if (trace !== undefined && user === undefined) return { name: 'erase', project_id, trace_id: trace }
  if (user !== undefined && trace === undefined) return { name: 'erase', project_id, user_id: user }
  throw new UsageError('erase needs either --trace <id> or --user <id>')
}

function readFile(name: 'backup' | 'restore' | 'export', { to, from }: Values, project_id?: string): Command {
  const [option, file] = name === 'restore' ? ['--from', from] : ['--to', to]
  if (!file) throw new UsageError(`${name} needs ${option} <file>`)
  if (name === 'restore') return { name, from: file }
  return { name, to: file, ...(project_id === undefined ? {} : { project_id }) }
}

function readImport({ from, restart }: Values, part: { project_id?: string }): Command {
  if (!from) throw new UsageError('import needs --from postgres://<user>:<password>@<host>/<database>')
  return { name: 'import', from, ...part, restart: restart ?? false }
}

/** Reads the command line; null asks for the usage. Throws a UsageError that says what was wrong. */
export function readArguments(argv: string[]): Command | null {
  const { values, positionals } = parse(argv)
  if (values.help) return null
  const [name = '', surplus] = positionals
  if (!isCommand(name)) throw new UsageError(name ? `There is no command ${name}` : 'Name a command')
  if (surplus !== undefined) throw new UsageError(`${name} does not take ${surplus}`)
  const given = (Object.keys(values) as (keyof Values)[]).find((option) => !TAKES[name].includes(option))
  if (given) throw new UsageError(`${name} does not take --${given}`)
  const part = readPart(values)
  if (name === 'erase') return readErase(values, part.project_id)
  if (name === 'reproject') return { name, ...part, restart: values.restart ?? false }
  if (name === 'import') return readImport(values, part)
  if (name === 'backup' || name === 'restore' || name === 'export')
    return readFile(name, values, part.project_id)
  return name === 'verify' ? { name, ...part } : { name }
}
