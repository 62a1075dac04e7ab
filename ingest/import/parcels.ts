import { HubError } from '#shared/errors.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import { parseJson } from '#shared/http/parse-json.ts'
import { reasonOf, type Bringing } from '#shared/mvp/step.ts'
import { count, refuse } from '#shared/mvp/tally.ts'
import type { Protocol } from '#shared/protocol/saying.ts'
import { isBusy, isDataFault } from '#shared/store/failure.ts'
import type { Job } from '#shared/store/lane/job.ts'
import { persistGroup } from '#shared/store/lane/persist-group.ts'
import { jobOf } from '../doors/accept.ts'
import { mask } from '../doors/mask.ts'

const GROUP_REQUESTS = 32
const GROUP_BYTES = 2 * 1024 * 1024
const TRIES = 5
const PAUSE_MS = 200

/** One request as a client would have sent it, and the rows of a table of the MVP that its items are. */
export type Parcel = {
  project: ProjectRef
  protocol: Protocol
  document: Record<string, unknown>
  table: string
  ids: string[]
}

type Packed = Parcel & { job: Job }

/** Sends requests through the lane's transaction, many at a time. */
export type Parcels = { add(parcel: Parcel): Promise<void>; flush(): Promise<void> }

function pack(parcel: Parcel): Packed {
  const { project, protocol, document: said } = parcel
  const sent = Buffer.from(JSON.stringify(said))
  const plain = { body: { sent, encoding: 'identity' as const, raw: sent }, document: parseJson(sent) }
  const { body, document } = mask(project, protocol, plain)
  return { ...parcel, job: jobOf(protocol, { project, body, batch: protocol.read(document) }) }
}

/** A transaction, again where somebody else held a lock for long. */
async function persist({ lane }: Bringing, parcels: Packed[]) {
  for (let tries = 1; ; tries++) {
    try {
      return await persistGroup(
        lane,
        parcels.map(({ job }) => job),
      )
    } catch (error) {
      if (tries === TRIES || !isBusy(error)) throw error
      await Bun.sleep(PAUSE_MS * tries)
    }
  }
}

async function send(bringing: Bringing, parcels: Packed[]): Promise<void> {
  const { tally } = bringing
  try {
    const outcomes = await persist(bringing, parcels)
    parcels.forEach(({ table, ids }, at) => {
      const outcome = outcomes[at]
      if (!outcome) return
      count(tally, table, 'added', outcome.accepted)
      count(tally, table, 'there', outcome.duplicates)
      for (const { index, detail } of outcome.rejected) refuse(tally, table, ids[index] ?? '', detail)
    })
  } catch (error) {
    if (!isDataFault(error)) throw error
    // One of them spoils it for the others: each alone.
    if (parcels.length > 1) for (const parcel of parcels) await send(bringing, [parcel])
    else
      for (const { table, ids } of parcels)
        for (const id of ids) refuse(tally, table, id, 'the record cannot hold it')
  }
}

/** Packs and sends; a request that no door would take is refused row by row, one that cannot be masked ends the run. */
export function openParcels(bringing: Bringing): Parcels {
  let waiting: Packed[] = []
  let bytes = 0

  async function flush() {
    const parcels = waiting
    waiting = []
    bytes = 0
    if (parcels.length > 0) await send(bringing, parcels)
  }

  return {
    flush,
    async add(parcel) {
      try {
        const packed = pack(parcel)
        waiting.push(packed)
        bytes += packed.job.raw_bytes
      } catch (error) {
        if (!(error instanceof HubError) || error.status >= 500) throw error
        for (const id of parcel.ids) refuse(bringing.tally, parcel.table, id, reasonOf(error))
      }
      if (waiting.length >= GROUP_REQUESTS || bytes >= GROUP_BYTES) await flush()
    },
  }
}
