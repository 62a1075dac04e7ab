import { expect } from 'bun:test'
import type { TestProject } from '#shared/testing/project.ts'
import { erase } from '../../ingest/upkeep/erase.ts'
import { reproject } from '../../ingest/upkeep/reproject.ts'
import { verify } from '../../ingest/upkeep/verify.ts'
import type { Hub } from './open-hub.ts'
import { placesOf } from './search.ts'

type Erasure = { gone: string; stays: string; words: string }

/** What the record of a project shows and whether it is whole, whichever door filled it. */
export function seeRecord({ deps, sql, send }: Hub) {
  const shown = async (project: TestProject, trace_id: string) =>
    (await send(project, 'GET', `/api/v1/traces/${trace_id}`)).json

  /** The rows add up with the log, and the log read anew gives the same rows. */
  async function expectWhole({ project_id }: TestProject, more: object = {}) {
    expect((await verify(deps, { project_id })).faults).toEqual([])
    expect(await reproject(deps, { project_id })).toMatchObject({ changed: 0, incomplete: 0, ...more })
  }

  /** Erases a trace of whose words nothing may be left, and whose neighbour in the same body must be the same. */
  async function expectErased(project: TestProject, { gone, stays, words }: Erasure) {
    const before = await shown(project, stays)
    expect((await placesOf(sql, words)).join()).toContain('log.body')
    await erase(deps, { project_id: project.project_id, trace_id: gone, actor: 'operator' })
    expect(await placesOf(sql, words)).toEqual([])
    expect(await shown(project, stays)).toEqual(before)
    await expectWhole(project)
  }

  return { shown, expectWhole, expectErased }
}
