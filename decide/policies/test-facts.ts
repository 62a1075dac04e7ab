import type { Facts } from '#shared/policy/decide.ts'
import { judgeFailed } from '#shared/policy/judge-failed.ts'
import type { Judge, Policy, PolicyTest } from '#shared/policy/policy.ts'
import { isRecord } from '#shared/policy/read-path.ts'
import { readKnown } from '../decisions/facts.ts'
import { payloadText, textsOf } from '../decisions/texts-of.ts'
import { byKeywords } from '../judges/heuristic.ts'
import { impliedJudges } from '../judges/implied.ts'
import type { Payload } from '../judges/judge.ts'
import { readVerdict } from '../judges/read-answer.ts'
import type { Signals } from '../signals/open-signals.ts'
import type { Said } from '../signals/reading.ts'

type Given = PolicyTest['given']
type Values = Record<string, unknown>

const recordOf = (value: unknown): Values => (isRecord(value) ? value : {})
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)

function payloadOf(given: Given): Payload {
  const evals = Object.entries(recordOf(given['evals'])).flatMap(([name, said]) => {
    const { score, passed } = recordOf(said)
    return typeof score === 'number' ? [{ name, score, passed: passed !== false }] : []
  })
  const request = recordOf(given['request'])
  return {
    request: given['safety'] === undefined ? request : { ...request, safety: given['safety'] },
    response: recordOf(given['response']),
    trace: recordOf(given['trace']),
    evals,
  }
}

/** What a test says that was asked and answered, as a request would. */
function saidOf(given: Given, { request, response, trace, evals }: Payload): Said {
  const contexts: unknown = given['contexts']
  return {
    input: textsOf(given['input']) ?? payloadText(request, 'input') ?? '',
    output: textsOf(given['output']) ?? payloadText(response, 'output') ?? '',
    contexts: Array.isArray(contexts) ? contexts.map((context: unknown) => textsOf(context) ?? '') : [],
    latency_ms: numberOf(trace['latency_ms']),
    cost_usd: numberOf(trace['cost_usd']),
    evals: [...evals],
  }
}

/** What was computed, with on top of it what the test sets: `pii: {count: 1}` leaves `pii.types` as it is. */
function withSet(computed: Values, set: Values): Values {
  const merged = { ...computed }
  for (const [name, value] of Object.entries(set)) {
    const below = merged[name]
    merged[name] = isRecord(value) && isRecord(below) ? { ...below, ...value } : value
  }
  return merged
}

type Heard = { answers: Values; pending: string[]; closed: string[]; verdicts: Facts['verdicts'] }

/** Takes what a test lets a judge say: its answer, or `error`. A judge of which it says nothing has not answered. */
function hear(judge: Judge, said: unknown, heard: Heard): Heard {
  const { name, returns_action } = judge
  if (isRecord(said)) {
    const { outcome } = readVerdict(judge, said)
    const verdicts = outcome ? { ...heard.verdicts, [name]: outcome } : heard.verdicts
    return { ...heard, answers: { ...heard.answers, [name]: said }, verdicts }
  }
  if (said === 'error') {
    const { closed, verdicts } = judgeFailed(judge)
    return {
      ...heard,
      closed: [...heard.closed, ...closed],
      verdicts: { ...heard.verdicts, ...verdicts },
    }
  }
  const verdicts = returns_action ? { ...heard.verdicts, [name]: null } : heard.verdicts
  return { ...heard, pending: [...heard.pending, `judges.${name}`], verdicts }
}

/** What the judges of a policy say; the one of keywords is asked where the test does not speak for it. */
function hearAll(policy: Policy, given: Given, signals: Signals): Heard {
  // No model is asked in a test, so of the judges that documents of the MVP imply there is the first.
  const stored = { policy_id: '', name: '', version: null, hash: policy.hash, policy, broken: [] }
  const implied = impliedJudges(stored, false)
  const said = recordOf(given['judges'])
  const of = (judge: Judge): unknown =>
    said[judge.name] ?? (judge.use === 'heuristic' ? byKeywords(signals).output : undefined)
  const none: Heard = { answers: {}, pending: [], closed: [], verdicts: {} }
  const names = new Set(policy.judges.map(({ name }) => name))
  return [...implied.filter(({ name }) => !names.has(name)), ...policy.judges].reduce(
    (heard, judge) => hear(judge, of(judge), heard),
    none,
  )
}

/** What a test of a policy gives, as facts: read as a request would be, then what it sets outright. */
export function testFacts(given: Given, policy: Policy): Facts {
  const payload = payloadOf(given)
  const { values, signals } = readKnown(policy, saidOf(given, payload), payload)
  const { answers, pending, closed, verdicts } = hearAll(policy, given, signals)
  return {
    values: {
      ...values,
      signals: withSet(recordOf(values['signals']), recordOf(given['signals'])),
      evals: withSet(recordOf(values['evals']), recordOf(given['evals'])),
      judges: answers,
    },
    pending,
    closed,
    verdicts,
  }
}
