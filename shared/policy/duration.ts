const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of `800ms`, `2s`, `5m`, `1h`, `1d`; null when the text is no duration. */
export function readDuration(value: unknown): number | null {
  const found = typeof value === 'string' ? /^(\d{1,9})(ms|s|m|h|d)$/.exec(value) : null
  return found ? Number(found[1]) * (UNITS[found[2] ?? ''] ?? 0) : null
}
