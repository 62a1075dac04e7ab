import { createHmac } from 'node:crypto'
import { Type as t, type Static } from '@sinclair/typebox'

export const FORMAT = 1

/** What an archive says of itself before its tables. */
export const Header = t.Object({
  format: t.Literal(FORMAT),
  hub: t.String(),
  postgres: t.String(),
  at: t.String(),
  migrations: t.Array(t.Object({ version: t.Integer(), name: t.String(), sha256: t.String() })),
  days: t.Array(t.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d$' })),
  secret: t.String({ description: 'By which the secret of a hub is known again, and not found out' }),
})
export type Header = Static<typeof Header>

export const TableHead = t.Object({ name: t.String(), columns: t.Array(t.String()) })
export const TableEnd = t.Object({ rows: t.Integer() })
export const End = t.Object({
  rows: t.Integer(),
  sequences: t.Array(
    t.Object({ table: t.String(), column: t.String(), value: t.Union([t.String(), t.Null()]) }),
  ),
})

/** The same for the same HUB_SECRET_KEY. */
export const secretMark = (secret: string): string =>
  createHmac('sha256', secret).update('backup v1').digest('base64url').slice(0, 16)
