import { keyDigest } from '#shared/http/key-digest.ts'
import type { Row } from '#shared/mvp/read-page.ts'
import { NoImport } from '#shared/mvp/source.ts'
import { textOr } from '#shared/mvp/settle.ts'
import type { Bringing, Step } from '#shared/mvp/step.ts'
import { count, settle, type Tally } from '#shared/mvp/tally.ts'
import { clean, isRecord } from '#shared/protocol/clean.ts'
import { writeAudit } from '#shared/store/audit.ts'
import type { Transaction } from '#shared/store/connect.ts'
import { readTime } from '#shared/time.ts'
import { mask } from '../projects/issue-key.ts'
import { sealKey } from '../projects/seal-key.ts'

/** Keys that the MVP came with: whoever has read its README has them. */
const KNOWN_TO_ALL = new Set(
  ['dev-key', 'dev-seed', 'dev', 'test'].map((key) => keyDigest(key).toString('hex')),
)
const HASH = /^[0-9a-f]{64}$/

type Said = { name: string; key_hash: string; key: string | null; is_active: boolean; key_activated: boolean }

function readProject(row: Row): Said & { created_at: Date | null } {
  const said: unknown = JSON.parse(row.said ?? 'null')
  if (!isRecord(said)) throw new NoImport(`project ${row.id} is larger than a project can be`)
  const micros = readTime(textOr(said['created_at']) ?? '')
  return {
    name: clean(textOr(said['name']) ?? ''),
    key_hash: (textOr(said['key_hash']) ?? '').toLowerCase(),
    key: textOr(said['key']),
    is_active: said['is_active'] !== false,
    key_activated: said['key_activated'] === true,
    created_at: micros === null ? null : new Date(micros / 1000),
  }
}

/** Why a project goes on without its key; null when it keeps it. */
function keyFault({ key_hash }: Said): string | null {
  if (!HASH.test(key_hash)) return 'what stands for its key is no SHA-256'
  return KNOWN_TO_ALL.has(key_hash) ? 'its key came with the MVP and is known to everybody' : null
}

/** The project's key goes on working: both keep its SHA-256. Its plain copy is sealed where it is of that key. */
async function keepKey(
  tx: Transaction,
  secret: string,
  { project_no, project_id, at }: { project_no: number; project_id: string; at: Date },
  { key_hash, key }: Said,
): Promise<boolean> {
  const digest = Buffer.from(key_hash, 'hex')
  const key_id = crypto.randomUUID()
  const plain = key !== null && keyDigest(key).equals(digest) ? key : null
  const sealed = plain === null ? null : sealKey(secret, { project_id, key_id }, plain)
  const rows = await tx`
    insert into api_keys (key_id, project_no, name, scope, is_main, digest, masked, sealed, created_at)
    values (${key_id}, ${project_no}, 'main', 'full', true, ${digest}, ${plain === null ? '…' : mask(plain)}, ${sealed}, ${at})
    on conflict (digest) do nothing returning key_id`
  return rows.length === 1
}

function askForKey(tally: Tally, project_id: string, name: string, why: string) {
  tally.tasks.push(
    `project ${JSON.stringify(name)} has no key, since ${why}: rotate it on /projects, or POST /api/v1/projects/${project_id}/rotate-key`,
  )
}

async function bringProject({ deps, sql, tally }: Bringing, row: Row): Promise<void> {
  const said = readProject(row)
  const at = new Date(deps.clock())
  const created_at = said.created_at ?? at
  const why = keyFault(said)
  const made = await sql.begin(async (tx) => {
    const [project] = await tx<{ project_no: number }[]>`
      insert into projects (project_id, name, is_active, key_activated, created_at)
      values (${row.id}, ${said.name}, ${said.is_active}, ${said.key_activated}, ${created_at})
      on conflict (project_id) do nothing returning project_no`
    if (!project) return null
    const { project_no } = project
    const has_key =
      why === null &&
      (await keepKey(tx, deps.config.secret_key, { project_no, project_id: row.id, at }, said))
    const deed = { at, actor: 'operator', action: 'project.created', project_no, subject: row.id } as const
    await writeAudit(tx, { ...deed, detail: { imported: true, has_key } })
    return { has_key }
  })
  count(tally, 'projects', made ? 'added' : 'there')
  if (!made) return
  if (said.created_at === null) settle(tally, 'projects without a time: made now')
  if (!made.has_key) askForKey(tally, row.id, said.name, why ?? 'another project here has it')
}

/** Projects under their ids. One that is there already stays as it is. */
export const bringProjects: Step = {
  table: 'projects',
  async bring(bringing, rows) {
    for (const row of rows) await bringProject(bringing, row)
    bringing.deps.bus.publish('key.changed.v1', { project_id: rows[0]?.id ?? '' })
  },
}
