import { isRecord } from '../protocol/clean.ts'
import { HubError } from '../errors.ts'
import type { ProjectRef } from '../http/auth.ts'
import { parseJson, parseToRewrite } from '../http/parse-json.ts'
import type { Deps } from '../service.ts'
import type { Sql } from '../store/connect.ts'
import type { Persistence } from '../store/lane/persist-group.ts'
import type { Row } from './read-page.ts'
import type { Source } from './source.ts'
import type { Walked } from './tables.ts'
import { refuse, type Tally } from './tally.ts'

/** What bringing rows over takes. */
export type Bringing = {
  deps: Deps
  /** A connection of its own, for what is not the record. */
  sql: Sql
  /** The way into the record. */
  lane: Persistence
  source: Source
  tally: Tally
  /** The projects that are there, by id. */
  projects: ReadonlyMap<string, ProjectRef>
}

/** How the rows of one table are brought over: a page at a time, each of which may come again. */
export type Step = { table: Walked; bring(bringing: Bringing, rows: Row[]): Promise<void> }

/** A row whose text was read. */
export type Read = { id: string; project: ProjectRef; said: Record<string, unknown> }

/** Why a request of a client would be refused, in one line. */
export const reasonOf = (error: HubError): string =>
  error.issues?.map(({ loc, msg }) => `${loc.slice(1).join('.')}: ${msg}`).join('; ') ?? error.message

/** A row as JSON that can be written again without loss, guarded as a request is; null and refused where it cannot. */
export function readRow({ projects, tally }: Bringing, table: string, row: Row): Read | null {
  const project = projects.get(row.project_id)
  const not = (reason: string) => {
    refuse(tally, table, row.id, reason)
    return null
  }
  if (!project) return not('its project was not brought over')
  if (row.said === null) return not('it is larger than 16 MB')
  try {
    const bytes = Buffer.from(row.said)
    parseJson(bytes)
    const said = parseToRewrite(bytes)
    if (isRecord(said)) return { id: row.id, project, said }
  } catch (error) {
    if (error instanceof HubError) return not(reasonOf(error))
    throw error
  }
  return not('it is no object')
}
