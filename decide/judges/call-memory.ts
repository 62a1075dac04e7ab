import { Type as t } from '@sinclair/typebox'
import { createHash } from 'node:crypto'
import type { Cache } from '#shared/cache/cache.ts'
import { ACTIONS } from '#shared/policy/actions.ts'
import type { Judge } from '#shared/policy/policy.ts'
import { checkOf } from '#shared/schema/check.ts'
import { JsonObject, nullable } from '#shared/schema/scalars.ts'
import type { Provider, Question, Verdict } from './judge.ts'

const Kept = t.Object({
  output: JsonObject,
  outcome: nullable(
    t.Object({
      action: t.Union(ACTIONS.map((action) => t.Literal(action))),
      reason_code: t.String(),
      severity: t.String(),
      message: nullable(t.String()),
    }),
  ),
  confidence: nullable(t.Number()),
  rationale: nullable(t.String()),
})

const sha256 = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')

/** One judge of one project as it is written now; what it learned by failing is forgotten when it is changed. */
export const judgeKey = ({ project_no, judge }: Pick<Question, 'project_no' | 'judge'>): string =>
  sha256([project_no, judge.name, judge.spec])

/** One question to a judge: the same key, the same answer. A project never sees what another has asked. */
export const callKey = (question: Question, provider: Provider): string =>
  sha256([judgeKey(question), provider.modelOf(question.judge), provider.material(question)])

/** Whether a question falls into the sample; the same texts always do, or never. */
export const isSampled = (key: string, share: number): boolean =>
  share >= 1 || Number.parseInt(key.slice(0, 8), 16) / 2 ** 32 < share

/** A verdict from before, for as long as the judge allows it. What stands there may be anybody's: it fits, or is nothing. */
export async function recall(cache: Cache, key: string, { cache_ms }: Judge): Promise<Verdict | null> {
  const text = cache_ms ? await cache.get(`judge:${key}`) : null
  if (text === null) return null
  try {
    const kept: unknown = JSON.parse(text)
    if (!checkOf(Kept).Check(kept)) return null
    return { ...kept, input_tokens: null, output_tokens: null, cost_nano: null }
  } catch {
    return null
  }
}

/** Keeps a verdict for the next who asks the same. */
export async function keep(
  cache: Cache,
  key: string,
  { cache_ms }: Judge,
  { output, outcome, confidence, rationale }: Verdict,
): Promise<void> {
  if (cache_ms)
    await cache.set(`judge:${key}`, JSON.stringify({ output, outcome, confidence, rationale }), cache_ms)
}
