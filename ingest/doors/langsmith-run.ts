import { LANGSMITH } from '#shared/contract/langsmith.ts'
import { HubError } from '#shared/errors.ts'
import type { Call, Route } from '#shared/http/serve.ts'
import { idKey, shownId } from '#shared/ids.ts'
import { parseStored } from '#shared/http/parse-json.ts'
import { isRecord } from '#shared/protocol/clean.ts'
import { readDottedOrder } from '#shared/protocol/langsmith/dotted-order.ts'
import { langsmithBatch } from '#shared/protocol/langsmith/langsmith-batch.ts'
import { orReject } from '#shared/protocol/native/read-batch.ts'
import { fit } from '#shared/protocol/native/refuse.ts'
import { Id } from '#shared/schema/scalars.ts'
import type { IdRef } from '#shared/protocol/saying.ts'
import type { Deps } from '#shared/service.ts'
import type { CommitLane } from '#shared/store/lane/commit-lane.ts'
import { writeTime } from '#shared/time.ts'
import { projectOf, readJson, readMasked, type Reading } from './accept.ts'
import { findSpan } from './find-span.ts'
import { answerAccepted, asBatch, JSON_BODY } from './langsmith-accept.ts'

/** Clients come again after 503, and what they speak of may be on its way. */
export const notYetKnown = (id: string): HubError =>
  new HubError('not_stored', { detail: `The run ${id} is not known yet; send this again`, retry_after: 1 })

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

const idOf = ({ key, form, text }: IdRef): string => shownId(key, form, text)

/** An id that is looked for in the tables; null where none is said. */
const idAt = (said: unknown, name: string): string | null =>
  said === null ? null : orReject(() => fit(Id, said, ['body', name]))

/** What older clients leave to the hub to know: the trace of a run that they tell by its id, or by its parent's. */
async function learn(
  deps: Deps,
  project_no: number,
  operation: 'post' | 'patch',
  id: string,
  run: Record<string, unknown>,
): Promise<Record<string, string>> {
  const way = readDottedOrder(textOf(run['dotted_order']), id)
  const parent = idAt(run['parent_run_id'] ?? null, 'parent_run_id')
  const named = textOf(run['trace_id']) ?? way?.root ?? null
  const has_time = (way ?? run['start_time'] ?? run['end_time'] ?? null) !== null
  if (operation === 'post') {
    if (named !== null || parent === null) return {}
    const above = await findSpan(deps, project_no, parent)
    if (!above) throw notYetKnown(parent)
    return { trace_id: idOf(above.trace) }
  }
  if (named !== null && has_time) return {}
  const has_start = (way ?? run['start_time'] ?? null) !== null
  const known = await findSpan(deps, project_no, id)
  if (!known) throw notYetKnown(id)
  const { trace, parent_key, start_time } = known
  return {
    ...(named === null ? { trace_id: idOf(trace) } : {}),
    ...(parent_key === null || parent !== null ? {} : { parent_run_id: parent_key }),
    ...(start_time === null || has_start ? {} : { start_time: writeTime(start_time) }),
  }
}

const invalid = (type: string, loc: string[], msg: string) =>
  new HubError('validation_error', { issues: [{ type, loc, msg }] })

async function readOne(
  deps: Deps,
  lane: CommitLane,
  call: Call,
  operation: 'post' | 'patch',
  path_id: string | null,
): Promise<Reading> {
  const { body, document: run } = await readJson(lane, call, JSON_BODY)
  if (!isRecord(run)) throw invalid('dict_type', ['body'], 'Expected object')
  const said_id = textOf(run['id'])
  if (path_id !== null && said_id !== null && idKey(said_id) !== idKey(path_id))
    throw invalid('value_error', ['body', 'id'], 'Names another run than the path')
  const id = idAt(path_id ?? said_id ?? '', 'id') ?? ''
  const learnt = await learn(deps, projectOf(call).project_no, operation, id, run)
  const whole = asBatch(body, operation, {
    ...(said_id === null && path_id !== null ? { id } : {}),
    ...learnt,
  })
  const reading = readMasked(call, langsmithBatch, { body: whole, document: parseStored(whole.raw) })
  const [refused] = reading.batch.refused
  if (refused) throw invalid('value_error', ['body'], refused.detail)
  return reading
}

/** `POST /runs` and `PATCH /runs/{run_id}`: one run, as clients send it that do not batch. */
export const langsmithRunDoor = (deps: Deps, lane: CommitLane): Route[] =>
  LANGSMITH.flatMap(({ create, update }) => [
    {
      endpoint: create,
      answer: async (_request, _params, call) =>
        answerAccepted(() => readOne(deps, lane, call, 'post', null), lane, langsmithBatch),
    },
    {
      endpoint: update,
      answer: async (_request, params, call) =>
        answerAccepted(
          () => readOne(deps, lane, call, 'patch', params['run_id'] ?? ''),
          lane,
          langsmithBatch,
        ),
    },
  ])
