import { protocolOf } from '#shared/protocol/index.ts'
import type { Batch } from '#shared/protocol/saying.ts'
import type { Sql, Transaction } from '#shared/store/connect.ts'
import { firstLogIdOf } from '#shared/store/log-id.ts'
import { walkBodies, type Body } from '#shared/store/upkeep/walk-bodies.ts'
import type { Findings } from './findings.ts'
import { findItems, placeKey, wantedOf, type Wanted, type Whereabouts } from './find-items.ts'

/** A project's log, or what of it was received on a UTC day. */
export type LogPart = { project_no: number; from: string; to: string }

type Entry = { log_id: string; received: number; stored: number; erased: number; revision: number }

const PAGE = 200
const DAY_MS = 86_400_000

export const logPartOf = (project_no: number, day: string | undefined): LogPart => ({
  project_no,
  from: day ? firstLogIdOf(day) : '00000000-0000-0000-0000-000000000000',
  to: day
    ? firstLogIdOf(new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10))
    : 'ffffffff-ffff-ffff-ffff-ffffffffffff',
})

/** Requests whose numbers contradict each other, or whose body is missing though nobody erased it. */
export async function checkLedger(
  sql: Sql,
  { project_no, from, to }: LogPart,
  findings: Findings,
): Promise<number> {
  const [row] = await sql<[{ requests: number; bodies: number }]>`
    select count(*)::int requests, count(body)::int bodies from log
    where project_no = ${project_no} and log_id >= ${from} and log_id < ${to}`
  findings.check('ledger', row.requests)
  const wrong = await sql<{ log_id: string }[]>`
    select log_id from log
    where project_no = ${project_no} and log_id >= ${from} and log_id < ${to}
      and (received <> stored + duplicate + rejected or erased > stored or (body is null and stored > 0 and revision = 0))
    order by log_id`
  for (const { log_id } of wrong) findings.fault('ledger', `request ${log_id}: its numbers do not add up`)
  return row.bodies
}

function readBatch({ log_id, found }: Body, findings: Findings): Batch | null {
  findings.check('bodies', 1)
  try {
    if (found) return found.protocol.read(found.document)
    findings.fault('bodies', `request ${log_id}: its body cannot be decoded`)
  } catch {
    findings.fault('bodies', `request ${log_id}: its body is not one that its door would take`)
  }
  return null
}

/** Whether a body's items and the rows agree with what the ledger says was stored. */
function judge(entry: Entry, { items, refused }: Batch, { found, gone }: Whereabouts, findings: Findings) {
  const { log_id, stored, erased, revision } = entry
  const places = items.map(({ ordinal }) => placeKey({ log_id, ordinal }))
  const there = places.filter((place) => found.has(place)).length
  const expired = places.filter((place) => gone.has(place)).length
  // Of an expired trace the rows can no longer tell a stored item from a repeat, and once erased not even that.
  const allowed = expired + (revision > 0 ? refused.length : 0)
  findings.check('items', stored)
  const missing = stored - erased - there
  if (missing >= 0 && missing <= allowed) return
  findings.fault(
    'items',
    `request ${log_id}: ${stored} items stored, ${erased} erased, ${there} found in rows`,
  )
}

async function checkPage(
  sql: Transaction,
  project_no: number,
  page: Entry[],
  findings: Findings,
): Promise<void> {
  const entries = new Map(page.map((entry) => [entry.log_id, entry]))
  const read: { entry: Entry; batch: Batch }[] = []
  const wanted: Wanted[] = []
  for await (const body of walkBodies(sql, [...entries.keys()], protocolOf)) {
    const entry = entries.get(body.log_id)
    const batch = readBatch(body, findings)
    if (!entry || !batch) continue
    // Of what was erased out of a span nobody can tell how many items it was.
    const is_wrong = entry.revision > 0 ? batch.received > entry.received : batch.received !== entry.received
    if (is_wrong) {
      findings.fault(
        'bodies',
        `request ${body.log_id}: ${entry.received} items received, ${batch.received} in its body`,
      )
    }
    wanted.push(...batch.items.map((item) => wantedOf(body.log_id, item)))
    // Only the places of the items are needed from here on.
    const items = batch.items.map((item) => ({
      ...item,
      raw: null,
      span: null,
      event: null,
      evaluation: null,
    }))
    read.push({ entry, batch: { ...batch, header: null, items } })
  }
  const whereabouts = await findItems(sql, project_no, wanted)
  for (const { entry, batch } of read) judge(entry, batch, whereabouts, findings)
}

/** Checks every body against the rows, page by page, each page as it was at one moment. */
export async function verifyLog(
  sql: Sql,
  { project_no, from, to }: LogPart,
  findings: Findings,
  hear: (bodies: number) => void,
): Promise<void> {
  for (let after: string | undefined = from; after !== undefined;) {
    const start: string = after
    after = await sql.begin('isolation level repeatable read read only', async (tx) => {
      const page = await tx<Entry[]>`
        select log_id, received, stored, erased, revision from log
        where project_no = ${project_no} and log_id > ${start} and log_id < ${to} and body is not null
        order by log_id limit ${PAGE}`
      if (page.length > 0) await checkPage(tx, project_no, page, findings)
      hear(page.length)
      return page.at(-1)?.log_id
    })
  }
}
