import { nearest } from '#shared/filter/nearest.ts'
import type { Path, Report } from './finding.ts'

/** Reports every field that is not in `known`, with the nearest that is. */
export function reportUnknown(
  value: Record<string, unknown>,
  known: readonly string[],
  path: Path,
  report: Report,
  severity: 'error' | 'warning',
): void {
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue
    const near = nearest(name, known)
    const hint = near ? `; did you mean "${near}"?` : ` (there is ${known.join(', ')})`
    report(severity, 'unknown_field', [...path, name], `unknown field "${name}"${hint}`, { on: 'key' })
  }
}
