import { DEV_KEY } from '#shared/config.ts'
import type { Deps } from '#shared/service.ts'
import { openKey } from '../../projects/seal-key.ts'
import { fine, look, wrong, type Finding } from './finding.ts'

const SOON_MS = 7 * 86_400_000
const SHORT = 24
/** Of so many characters at least, or it is a word that is repeated. */
const DIFFERENT = 10

const isWeak = (secret: string): boolean => secret.length < SHORT || new Set(secret).size < DIFFERENT

/** The two secrets of the hub. */
export function checkSecrets({ config }: Deps): Finding[] {
  const { env, admin_key, secret_key } = config
  if (env === 'development') {
    const says = admin_key === DEV_KEY ? `the admin key is ${DEV_KEY}` : 'ADMIN_KEY is set'
    return [
      look(`This is development: nobody signs in, ${says}`, 'Set HUB_ENV=production where others reach it.'),
    ]
  }
  const weak = Object.entries({ ADMIN_KEY: admin_key, HUB_SECRET_KEY: secret_key })
    .filter(([, secret]) => isWeak(secret))
    .map(([name]) => name)
  return weak.length === 0
    ? [fine('ADMIN_KEY and HUB_SECRET_KEY are long enough')]
    : [wrong(`${weak.join(' and ')} can be guessed`, 'Make a new one: openssl rand -hex 32.')]
}

type Sealed = { project_id: string; key_id: string; sealed: Uint8Array }
type Counts = { unrotated: number; expiring: number; expired: number }

/** The keys of projects. */
export async function checkKeys({ database: { sql }, config, clock }: Deps): Promise<Finding[]> {
  const now = new Date(clock())
  const [counts] = await sql<[Counts]>`
    select (select count(*)::int from projects where is_active and not key_activated) as unrotated,
      count(*) filter (where expires_at between ${now} and ${new Date(clock() + SOON_MS)})::int as expiring,
      count(*) filter (where expires_at < ${now})::int as expired
    from api_keys where revoked_at is null`
  const [sealed] = await sql<Sealed[]>`
    select project_id, key_id, sealed from api_keys join projects using (project_no)
    where sealed is not null and revoked_at is null order by api_keys.created_at desc limit 1`
  const found: Finding[] = []
  const { unrotated, expiring, expired } = counts
  if (unrotated > 0)
    found.push(look(`${unrotated} projects cannot ingest`, 'Rotate their key once, on /projects.'))
  if (expiring > 0)
    found.push(look(`${expiring} keys expire within a week`, 'Rotate them before their applications stop.'))
  if (expired > 0) found.push(look(`${expired} keys have expired`, 'Revoke them, or issue new ones.'))
  if (sealed && openKey(config.secret_key, sealed, sealed.sealed) === null)
    found.push(wrong('HUB_SECRET_KEY does not open the keys', 'Set the one that they were sealed with.'))
  return found.length > 0 ? found : [fine('Keys are in order')]
}
