import { BUILTIN } from '../../decide/policies/builtin.ts'
import { READABLE } from '../../decide/policies/catalogue.ts'
import { reachDecision, type Tools } from '../../decide/decisions/reach-decision.ts'
import { compilePolicy } from '#shared/policy/compile-policy.ts'
import { quantile } from '../figures.ts'
import { dice, text } from '../words.ts'
import { POLICY } from './policy.ts'

/** What one decision takes without HTTP and without a database, in microseconds. */
export type Engine = { p50: number; p99: number; mean: number }

const BATCH = 8

/** Decides over texts of 4 KB, a new one each time, by 20 rules of which none matches. */
export async function measureEngine(judges: Tools['judges'], decisions: number): Promise<Engine> {
  const { policy } = compilePolicy(POLICY, READABLE)
  if (!policy) throw new Error('the policy of the bench does not compile')
  const in_force = { ...BUILTIN, name: 'bench', hash: policy.hash, policy }
  const roll = dice(4711)
  const took: number[] = []
  const decideOne = async () =>
    reachDecision(
      { judges },
      {
        in_force,
        project_no: 1,
        said: {
          input: text(roll, 200),
          output: text(roll, 4096),
          contexts: [],
          latency_ms: null,
          cost_usd: null,
          evals: [],
        },
        payload: { request: {}, response: { channel: 'web' }, trace: { environment: 'prod' }, evals: [] },
        deadline_at: Date.now() + 800,
      },
    )
  for (let index = 0; index < decisions / BATCH; index++) {
    const before = performance.now()
    for (let one = 0; one < BATCH; one++) await decideOne()
    took.push(((performance.now() - before) * 1000) / BATCH)
  }
  // The first tenth is before the compiler has seen it.
  const warm = took.slice(Math.ceil(took.length / 10))
  const mean = warm.reduce((sum, us) => sum + us, 0) / warm.length
  return { p50: quantile(warm, 0.5), p99: quantile(warm, 0.99), mean }
}
