import { readFileSync, statSync } from 'node:fs'
import { StartError } from '../../start-error.ts'

/** The operating-system user that Postgres runs as. */
export type OsUser = { uid: number; gid: number }

const CANDIDATES = ['postgres', 'nobody']

function findAccount(): OsUser | undefined {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const found = CANDIDATES.map((name) => accounts.find((fields) => fields[0] === name)).find(Boolean)
  return found && { uid: Number(found[2]), gid: Number(found[3]) }
}

/**
 * Postgres refuses to run as root: under root it runs as the owner of the cluster, for a new one as `postgres`, else
 * `nobody`. Under anybody else it runs as that user, which is what undefined says.
 */
export function chooseUser(cluster: string | undefined): OsUser | undefined {
  const mine = process.getuid?.()
  if (mine === undefined) return undefined
  const owner = cluster === undefined ? undefined : statSync(cluster)
  if (mine !== 0) {
    if (!owner || owner.uid === mine) return undefined
    throw new StartError(
      `The database in ${cluster} belongs to user id ${owner.uid}, this hub runs as ${mine}: start it as that user or as root, or set HUB_DATA_DIR to another directory`,
    )
  }
  if (owner?.uid === 0) {
    throw new StartError(
      `The database in ${cluster} belongs to root, as which PostgreSQL does not run: chown it to postgres or nobody`,
    )
  }
  const user = owner ? { uid: owner.uid, gid: owner.gid } : findAccount()
  if (!user) {
    throw new StartError(
      'PostgreSQL does not run as root, and there is neither a user postgres nor nobody: start the hub as another user, or set DATABASE_URL',
    )
  }
  return user
}
