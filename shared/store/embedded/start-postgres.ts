import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  truncateSync,
  writeFileSync,
  statSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Log } from '../../log.ts'
import { reasonOf, StartError } from '../../start-error.ts'
import { findBinaries } from './binaries.ts'
import { chooseUser } from './choose-user.ts'
import { createCluster, findCluster } from './create-cluster.ts'
import { lockDataDir } from './lock-data-dir.ts'
import { ownCluster } from './own-cluster.ts'
import { findOrphan, launch, stopWithHub, type Launch, type Postmaster } from './run-postmaster.ts'
import { supervise } from './supervise.ts'

/** A database of the hub's own. */
export type EmbeddedPostgres = { url: string; stop: () => Promise<void> }

type Options = { data_dir: string; log: Log; say: (line: string) => void }

const SYSTEM_SPARE = '/var/lib/llm-trace-hub'
const LARGEST_LOG = 5_000_000
const PATIENCE_MS = 5000
const PAUSE_MS = 250

/** Under root the database's user must be able to pass through, to the one folder that is its own. */
function openDataDir(data_dir: string): string {
  try {
    mkdirSync(data_dir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
    return realpathSync(data_dir)
  } catch (cause) {
    throw new StartError(`HUB_DATA_DIR=${data_dir} cannot be made: ${reasonOf(cause)}`)
  }
}

function readPassword(data_dir: string, cluster: string | undefined): string {
  const file = join(data_dir, 'postgres-password')
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  if (cluster)
    throw new StartError(
      `${file} is missing, without which the database in ${cluster} cannot be opened: restore it from a backup`,
    )
  const password = randomBytes(24).toString('hex')
  writeFileSync(file, password, { mode: 0o600, flush: true })
  return password
}

function checkMajor(cluster: string, major: string) {
  const made_by = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim()
  if (made_by === major) return
  throw new StartError(
    `The database in ${cluster} was made by PostgreSQL ${made_by}, this hub brings ${major}: start it with the version of the hub that made it, or set HUB_DATA_DIR to a new directory`,
  )
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })

/** Another program took the port between our look and Postgres's, or backends of a killed postmaster are not gone yet. */
const isPassing = (cause: unknown): boolean => /TCP\/IP sockets|shared memory block/.test(reasonOf(cause))

async function launchAnywhere(how: Launch): Promise<Postmaster> {
  for (const late = Date.now() + PATIENCE_MS; ; await Bun.sleep(PAUSE_MS)) {
    try {
      return await launch(how, await freePort())
    } catch (cause) {
      if (isPassing(cause) && Date.now() < late) continue
      throw new StartError(`${reasonOf(cause)} (see ${how.log_file})`)
    }
  }
}

async function prepare({ data_dir, say }: Options): Promise<Launch & { password: string }> {
  const found = findCluster(data_dir)
  const user = chooseUser(found)
  const spare = user ? SYSTEM_SPARE : data_dir
  const binaries = findBinaries(user, spare, say)
  if (found) checkMajor(found, binaries.major)
  const password = readPassword(data_dir, found)
  if (!found) say(`Creating the database in ${data_dir}, on the first start only`)
  const cluster = found ?? (await createCluster(binaries, user, { data_dir, spare, password, say }))
  const log_file = join(data_dir, 'postgres.log')
  if (existsSync(log_file) && statSync(log_file).size > LARGEST_LOG) truncateSync(log_file)
  return { binaries, user, cluster, log_file, say, password }
}

async function takeOver(options: Options): Promise<EmbeddedPostgres> {
  const { password, ...how } = await prepare(options)
  const orphan = await findOrphan(how.cluster)
  const first = orphan ?? (await launchAnywhere(how))
  const url = `postgres://postgres:${password}@127.0.0.1:${first.port}/postgres`
  const disown = await ownCluster({ url, pid: first.pid, cluster: how.cluster, data_dir: options.data_dir })
  if (orphan) stopWithHub(orphan.pid, orphan.gone)
  const stop = supervise(first, () => launch(how, first.port), options.log)
  return {
    url,
    async stop() {
      await disown()
      await stop()
    },
  }
}

/**
 * Starts PostgreSQL over the data directory, or takes over the one that a killed hub left there. It is started again
 * whenever it goes away, until `stop`. A StartError says in one line why the directory cannot be used.
 */
export async function startPostgres(options: Options): Promise<EmbeddedPostgres> {
  const data_dir = openDataDir(options.data_dir)
  const unlock = lockDataDir(data_dir)
  try {
    const postgres = await takeOver({ ...options, data_dir })
    return { url: postgres.url, stop: () => postgres.stop().finally(unlock) }
  } catch (error) {
    unlock()
    throw error
  }
}
