import type { Dialect } from './dialect.ts'
import { langfuse } from './langfuse.ts'
import { langsmith } from './langsmith.ts'
import { openinference } from './openinference.ts'
import { otelGenai } from './otel-genai.ts'
import { traceloop } from './traceloop.ts'
import { tracehub } from './tracehub.ts'
import { vercel } from './vercel.ts'

/** Whom to believe first, field by field, where a span speaks more than one dialect. */
export const DIALECTS: readonly Dialect[] = [
  tracehub,
  langfuse,
  langsmith,
  openinference,
  otelGenai,
  vercel,
  traceloop,
]

const firstParts = new Map<string, Dialect[]>()
for (const dialect of DIALECTS) {
  for (const prefix of dialect.prefixes) {
    const part = prefix.split('.')[0] ?? ''
    firstParts.set(part, [...(firstParts.get(part) ?? []), dialect])
  }
}

/** The dialects that a span may speak, judged by how its attributes begin, the one to believe first in front. */
export function dialectsOf(attributes: Record<string, unknown>, event_names: string[]): readonly Dialect[] {
  const spoken = new Set<Dialect>()
  const hear = (name: string) => {
    const dot = name.indexOf('.')
    for (const dialect of firstParts.get(dot === -1 ? name : name.slice(0, dot)) ?? []) spoken.add(dialect)
  }
  for (const name in attributes) hear(name)
  event_names.forEach(hear)
  return DIALECTS.filter((dialect) => spoken.has(dialect))
}
