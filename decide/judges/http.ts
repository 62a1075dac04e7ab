import { JudgeError, NOTHING_PAID, type Provider, type Question } from './judge.ts'
import { postJson, type Network } from './post-json.ts'
import { parseAnswer, readFields, readSignals, readVerdict } from './read-answer.ts'

const MODEL = 'gpt-judge'

/** What the MVP told its judge, under the same names. */
function payloadOf({ said, payload }: Question) {
  const { trace, request, response, evals } = payload
  const scores = said.evals.map(({ score }) => score)
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  return {
    trace,
    request,
    response,
    input_text: said.input,
    output_text: said.output,
    contexts: said.contexts,
    evals: {
      ...Object.fromEntries(evals.map(({ name, ...one }) => [name, one])),
      ...(scores.length === 0 ? {} : { overall_score: mean }),
    },
    safety: request['safety'] ?? {},
  }
}

/** A judge behind the protocol of the MVP: `{model, payload}` → `{action, confidence, reason_code, rationale, signals}`. */
export const httpJudge = (network: Network): Provider => ({
  is_free: false,
  modelOf: ({ model }) => model ?? MODEL,
  material: payloadOf,
  async ask(question, signal) {
    const { judge } = question
    const url = judge.endpoint ?? network.config.judge_url
    if (!url) throw new JudgeError('no_endpoint')
    const body = { model: judge.model ?? MODEL, payload: payloadOf(question) }
    const sent = parseAnswer(await postJson(network, url, body, signal))
    const fields = readFields(judge, { rationale: '', ...sent })
    return {
      output: { ...fields, signals: readSignals(sent['signals']) },
      ...readVerdict(judge, fields),
      ...NOTHING_PAID,
    }
  },
})
