import { spawn, spawnSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  chmodSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { StartError } from '../../start-error.ts'
import type { Binaries } from './binaries.ts'
import type { OsUser } from './choose-user.ts'

const DRAFT = 'postgres.new-'
const LOCALES = [
  ['--locale=C.UTF-8'],
  // A system without that locale (macOS): PostgreSQL brings its own.
  ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
]

const run = (command: string, args: string[], user: OsUser | undefined) =>
  new Promise<{ code: number | null; text: string }>((resolve, reject) => {
    const child = spawn(command, args, {
      ...user,
      cwd: '/',
      env: { PATH: process.env['PATH'], LC_MESSAGES: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const abandon = () => child.kill()
    process.on('exit', abandon)
    let text = ''
    child.stdout.on('data', (part: Buffer) => void (text += part.toString()))
    child.stderr.on('data', (part: Buffer) => void (text += part.toString()))
    child.once('error', reject)
    child.once('close', (code) => {
      process.off('exit', abandon)
      resolve({ code, text })
    })
  })

/** Where a new cluster goes, and the password of its superuser. */
type Place = { data_dir: string; spare: string; password: string; say: (line: string) => void }

/** The data directory itself, or one below `spare` when its user cannot reach the data directory. */
function chooseParent({ data_dir, spare, say }: Place, user: OsUser | undefined): string {
  if (!user || spawnSync('test', ['-x', data_dir], { ...user, cwd: '/' }).status === 0) return data_dir
  mkdirSync(spare, { recursive: true, mode: 0o755 })
  const parent = mkdtempSync(join(spare, 'data-'))
  chmodSync(parent, 0o711)
  say(`The user of PostgreSQL cannot reach ${data_dir}: the database goes to ${parent}`)
  return parent
}

function removeDrafts(parent: string) {
  for (const name of readdirSync(parent)) {
    if (name.startsWith(DRAFT)) rmSync(join(parent, name), { recursive: true, force: true })
  }
}

function syncFolder(folder: string) {
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

async function initialise(binaries: Binaries, user: OsUser | undefined, draft: string, password: string) {
  const password_file = `${draft}.password`
  writeFileSync(password_file, password, { mode: 0o600 })
  if (user) chownSync(password_file, user.uid, user.gid)
  const args = [
    '-D',
    draft,
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    '--pwfile',
    password_file,
    '-E',
    'UTF8',
    '--no-instructions',
  ]
  let last = ''
  try {
    for (const locale of LOCALES) {
      rmSync(draft, { recursive: true, force: true })
      mkdirSync(draft, { mode: 0o700 })
      if (user) chownSync(draft, user.uid, user.gid)
      const { code, text } = await run(join(binaries.bin, 'initdb'), [...args, ...locale], user)
      if (code === 0) return
      last = text
      if (!text.includes('locale name')) break
    }
  } finally {
    rmSync(password_file, { force: true })
  }
  const why = last.split('\n').find((line) => /error|fatal/i.test(line)) ?? last.trim().slice(-300)
  throw new StartError(`The database could not be created in ${draft}: ${why}`)
}

/**
 * Makes a cluster at `<data_dir>/postgres`. It gets that name only when it is whole, so a start that was cut off leaves
 * nothing half made; when its user cannot reach the data directory, the name is a symlink to where the cluster is.
 */
export async function createCluster(
  binaries: Binaries,
  user: OsUser | undefined,
  place: Place,
): Promise<string> {
  const parent = chooseParent(place, user)
  removeDrafts(parent)
  const draft = join(parent, `${DRAFT}${process.pid}`)
  const cluster = join(parent, 'postgres')
  await initialise(binaries, user, draft, place.password)
  renameSync(draft, cluster)
  syncFolder(parent)
  if (parent !== place.data_dir) symlinkSync(cluster, join(place.data_dir, 'postgres'))
  syncFolder(place.data_dir)
  return realpathSync(cluster)
}

/** Where the cluster of a data directory is; undefined when there is none yet. */
export function findCluster(data_dir: string): string | undefined {
  const named = join(data_dir, 'postgres')
  if (existsSync(join(named, 'PG_VERSION'))) return realpathSync(named)
  if (!readdirSync(data_dir).includes('postgres')) return undefined
  throw new StartError(
    `${named} is there but holds no database: restore it, or remove it to start with an empty one`,
  )
}
