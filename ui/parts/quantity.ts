import type { Viewer } from '../viewer.ts'

const NOTHING = '–'

const fixed = (lang: string, value: number, digits: number) =>
  value.toLocaleString(lang, { maximumFractionDigits: digits })

/** A whole number with its thousands marked. */
export const count = ({ lang }: Viewer, value: number | null): string =>
  value === null ? NOTHING : value.toLocaleString(lang)

/** A large number in three digits with its order, such as 2.42M; a smaller one as it is. */
export function compact({ lang }: Viewer, value: number | null): string {
  if (value === null) return NOTHING
  if (Math.abs(value) < 10_000) return value.toLocaleString(lang)
  return value.toLocaleString(lang, { notation: 'compact', maximumSignificantDigits: 3 })
}

/** A length of time with its unit, in two steps at most. */
export function duration({ lang, text }: Viewer, ms: number | null): string {
  const { units } = text
  if (ms === null) return NOTHING
  if (ms < 10) return units.ms(fixed(lang, ms, 2))
  if (ms < 999.5) return units.ms(fixed(lang, ms, 0))
  if (ms < 59_995) return units.s(fixed(lang, ms / 1000, 2))
  const whole = (value: number) => Math.floor(value).toLocaleString(lang)
  const s = Math.round(ms / 1000)
  if (s < 3600) return units.min(whole(s / 60), whole(s % 60))
  if (s < 172_800) return units.h(whole(s / 3600), whole((s % 3600) / 60))
  return units.d(whole(s / 86_400), whole((s % 86_400) / 3600))
}

/** US dollars; small amounts keep the digits that say something. Unknown is not zero. */
export function cost({ lang }: Viewer, usd: number | null): string {
  if (usd === null) return NOTHING
  if (usd > 0 && usd < 0.000001) return '< $0.000001'
  const digits = usd === 0 || usd >= 1 ? 2 : usd >= 0.01 ? 4 : 6
  return `$${usd.toLocaleString(lang, { minimumFractionDigits: 2, maximumFractionDigits: digits })}`
}

/** Tokens in and out as they stand in a table. */
export const tokens = (viewer: Viewer, input: number | null, output: number | null): string =>
  input === null && output === null ? NOTHING : `${count(viewer, input)} / ${count(viewer, output)}`

export const percent = ({ lang }: Viewer, share: number): string =>
  share.toLocaleString(lang, { style: 'percent', maximumFractionDigits: share > 0 && share < 0.1 ? 1 : 0 })

/** A size in bytes. */
export function bytes({ lang, text: { units } }: Viewer, size: number): string {
  if (size < 1000) return units.bytes(fixed(lang, size, 0))
  return size < 1_000_000 ? units.kb(fixed(lang, size / 1000, 1)) : units.mb(fixed(lang, size / 1_000_000, 1))
}

/** A score as an evaluation gave it; very large and very small ones in powers of ten. */
export function score({ lang }: Viewer, value: number): string {
  const size = Math.abs(value)
  return size !== 0 && (size >= 1e9 || size < 1e-4) ? value.toExponential(3) : fixed(lang, value, 4)
}
