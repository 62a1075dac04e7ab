import type { Sql, Transaction } from '#shared/store/connect.ts'

const JSON_OID = 114

/** A value for a column of type json; `sql.json` would send jsonb, which sorts the members. */
export const asJson = (sql: Sql | Transaction, value: object) => sql.typed(value, JSON_OID)
