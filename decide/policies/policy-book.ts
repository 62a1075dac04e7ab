import type { Finding } from '#shared/policy/finding.ts'
import type { Policy } from '#shared/policy/policy.ts'
import type { Deps } from '#shared/service.ts'
import { deadline } from '#shared/store/deadline.ts'
import { BUILTIN } from './builtin.ts'
import { compiledMemory } from './compile-stored.ts'
import { findByHash, findForced, type StoredVersion } from './find-stored.ts'
import { pickInForce, type Candidate } from './in-force.ts'
import { watchRevision } from './watch-revision.ts'

/**
 * The policy that decides. Where `broken` is not empty its stored definition no longer compiles: `policy` then has no
 * rules and the default of the definition, and who decides by it says so.
 */
export type InForce = {
  readonly policy_id: string | null
  readonly name: string
  readonly version: number | null
  readonly hash: string
  readonly policy: Policy
  readonly broken: readonly Finding[]
}

/** The policies of all projects, compiled, as they stand now. */
export type PolicyBook = {
  /** What decides for a project at this moment; the built-in policy where no version is active. */
  inForce(project_no: number): Promise<InForce>
  /** A version of the project's own, active or not; without a number the active one, else the newest. */
  forced(project_no: number, policy_id: string, version: number | null): Promise<InForce>
  /** The version of the project with this hash, for a replay; null when there is none. */
  version(project_no: number, hash: string): Promise<InForce | null>
  stop(): Promise<void>
}

type Known = Candidate & { in_force: InForce }

/** Most projects whose policy is remembered; more are asked for again. */
const MOST_PROJECTS = 10_000
const DEADLINE_MS = 3000

/** Opens the book. It follows every change by its notice on the bus, and within a second without one. */
export function openPolicyBook(deps: Deps): PolicyBook {
  const { database, bus, clock } = deps
  const compiled = compiledMemory()
  const projects = new Map<number, Promise<Known[]>>()
  const forget = () => projects.clear()

  const opened = ({ policy_id, name, version, hash, definition }: StoredVersion): InForce => ({
    policy_id,
    name,
    version,
    hash,
    ...compiled(hash, definition),
  })

  async function ask(project_no: number): Promise<Known[]> {
    const rows = await deadline(
      database.sql<(StoredVersion & Candidate)[]>`
        select v.version_id, v.policy_id, p.name, v.version, v.hash, v.definition, v.effective_from, v.active,
               v.scheduled
        from policy_versions v join policies p using (policy_id)
        where v.project_no = ${project_no} and (v.active or v.scheduled)`,
      DEADLINE_MS,
    )
    return rows.map((row) => ({ ...row, in_force: opened(row) }))
  }

  /** Asked for once, by all who wait; a failure is nobody's memory, and neither is what a notice has overtaken. */
  async function candidatesOf(project_no: number): Promise<Known[]> {
    const known = projects.get(project_no)
    if (known) return known
    const asked = ask(project_no)
    projects.set(project_no, asked)
    const [oldest] = projects.size > MOST_PROJECTS ? projects.keys() : []
    if (oldest !== undefined) projects.delete(oldest)
    asked.catch(() => projects.get(project_no) === asked && projects.delete(project_no))
    return asked
  }

  const stopHearing = bus.subscribe('policy.activated.v1', forget)
  const watching = watchRevision(deps, forget)

  return {
    async inForce(project_no) {
      const candidates = await candidatesOf(project_no)
      return pickInForce(candidates, clock())?.in_force ?? BUILTIN
    },
    async forced(project_no, policy_id, version) {
      return opened(await findForced(database.sql, project_no, policy_id, version))
    },
    async version(project_no, hash) {
      if (hash === BUILTIN.hash) return BUILTIN
      const row = await findByHash(database.sql, project_no, hash)
      return row ? opened(row) : null
    },
    async stop() {
      stopHearing()
      await watching.stop()
    },
  }
}
