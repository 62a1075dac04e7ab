const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d\d):(\d\d))$/
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const EARLIEST = Date.UTC(1970, 0, 1) * 1000
const LATEST = Date.UTC(2200, 0, 1) * 1000

const daysIn = (year: number, month: number) =>
  month === 2 && ((year % 4 === 0 && year % 100 !== 0) || year % 400 === 0)
    ? 29
    : (MONTH_DAYS[month - 1] ?? 0)

/**
 * Reads an RFC 3339 time with its zone into microseconds since 1970 (a safe integer until 2255).
 * Returns null for anything else: no zone, 30 February, 24:00, a year outside 1970–2199, a number.
 */
export function readTime(text: string): number | null {
  const at = RFC3339.exec(text)
  if (!at) return null
  const [year, month, day, hour, minute, second] = at.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null
  if (hour > 23 || minute > 59 || second > 59) return null
  const offsetHours = Number(at[10] ?? 0)
  const offsetMinutes = Number(at[11] ?? 0)
  if (offsetHours > 23 || offsetMinutes > 59) return null
  const offset = (at[9] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes)
  const micros = Number((at[7] ?? '').padEnd(6, '0').slice(0, 6))
  const time = (Date.UTC(year, month - 1, day, hour, minute, second) - offset * 60_000) * 1000 + micros
  return time >= EARLIEST && time < LATEST ? time : null
}

/** Microseconds since 1970 as RFC 3339 in UTC; six decimals only when the time has them. */
export function writeTime(micros: number): string {
  const rest = micros % 1000
  const iso = new Date((micros - rest) / 1000).toISOString()
  return rest === 0 ? iso : `${iso.slice(0, -1)}${String(rest).padStart(3, '0')}Z`
}

/** The UTC day of a time, as YYYY-MM-DD. */
export const dayOf = (micros: number): string =>
  new Date(Math.floor(micros / 1000)).toISOString().slice(0, 10)
