import type postgres from 'postgres'
import { writeTime } from '#shared/time.ts'

/** A time for a statement; Postgres would read it through a Date and lose its microseconds, hence the text. */
export const timestamp = (sql: postgres.ISql, micros: number) => sql`${writeTime(micros)}::text::timestamptz`
