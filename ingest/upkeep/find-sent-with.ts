import { HubError } from '#shared/errors.ts'
import { protocolOf } from '#shared/protocol/index.ts'
import { Unfit } from '#shared/protocol/native/refuse.ts'
import type { Sql } from '#shared/store/connect.ts'
import { walkBodies, type Body } from '#shared/store/upkeep/walk-bodies.ts'

const PAGE = 500
const FIRST = '00000000-0000-0000-0000-000000000000'

/** The traces of a body that name this user, by its header or by their spans; none for one that cannot be read. */
function tracesOf({ found }: Body, user_id: string): string[] {
  try {
    const header = found?.protocol.header(found.document)
    if (header) return header.values.user_id === user_id ? [header.trace.key] : []
    const items = found?.protocol.read(found.document).items ?? []
    return items.flatMap(({ about, trace }) => (about?.user_id === user_id ? [trace.key] : []))
  } catch (error) {
    if (error instanceof Unfit || error instanceof HubError) return []
    throw error
  }
}

/**
 * Finds the traces that were ever sent with a user: their rows may show another, named by a later saying, while the
 * bodies keep both. Reads the project's whole log.
 */
export async function findSentWith(
  sql: Sql,
  project_no: number,
  user_id: string,
  hear: (done: number, all: number) => void,
): Promise<string[]> {
  const [log] = await sql<[{ bodies: number }]>`
    select count(*)::int bodies from log where project_no = ${project_no} and body is not null`
  const keys = new Set<string>()
  let done = 0
  for (let after: string | undefined = FIRST; after !== undefined;) {
    const page: { log_id: string }[] = await sql<{ log_id: string }[]>`
      select log_id from log
      where project_no = ${project_no} and log_id > ${after} and body is not null
      order by log_id limit ${PAGE}`
    const log_ids = page.map(({ log_id }) => log_id)
    for await (const body of walkBodies(sql, log_ids, protocolOf)) {
      for (const key of tracesOf(body, user_id)) keys.add(key)
    }
    done += page.length
    if (page.length > 0) hear(done, Math.max(done, log.bodies))
    after = log_ids.at(-1)
  }
  return [...keys]
}
