import type { Dice } from './dice.ts'
import { modelTrouble, TIMEOUT_MS, toolTrouble, type Fate } from './fate.ts'
import { Halt } from './halt.ts'
import { countTokens, providerOf, timeOf, tokensOf, usageOf, type Message, type ModelName } from './models.ts'
import { recorder, type Recorder, type Said } from './record.ts'
import type { Span } from './story.ts'

export type Call = {
  name: string
  model: ModelName
  messages: Message[]
  answer: Message
  /** Tokens of the prompt that no message shows. */
  unseen?: number
  temperature?: number
  /** The call that the fate of the story strikes. */
  is_main?: boolean
}

/** Where a story is played: what happens is written down, and its fate strikes models and tools. */
export type Stage = Recorder & {
  llm(call: Call): Span
  /** Calls a tool or a retriever; throws Halt when it is the one that fails. */
  tool(said: Said, ms: number): Span
  /** What has not struck yet. */
  fate(): Fate
}

/** A call as it stands before its model has answered. */
const asked = ({ name, model, messages, temperature }: Call): Said => ({
  name,
  type: 'llm',
  input: messages,
  usage: { model, provider: providerOf(model) },
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': model,
    'gen_ai.request.temperature': temperature ?? 0.2,
    'gen_ai.request.max_tokens': 1024,
  },
})

/** Ends a call as the fate has it; comes back when the call may be made, with the fate that is left. */
function strike(set: Recorder, dice: Dice, fate: Fate, call: Call): Fate {
  if (fate !== 'crash' && fate !== 'cancelled' && fate !== 'model' && fate !== 'retry') return fate
  const span = set.begin(asked(call))
  if (fate === 'crash' || fate === 'cancelled') {
    set.pass(dice.around(2600))
    if (fate === 'crash') throw new Halt('running')
    set.finish(span, { status: 'cancelled' })
    throw new Halt('cancelled')
  }
  const { error, ms } = modelTrouble(dice, providerOf(call.model))
  set.pass(ms)
  set.finish(span, { status: 'error', error })
  if (fate === 'model') throw new Halt('error', error)
  set.pass(ms === TIMEOUT_MS ? 200 : dice.around(1500))
  return 'fine'
}

export function stage(key: string, dice: Dice, given: Fate): Stage {
  const set = recorder(key)
  let fate = given

  function llm(call: Call): Span {
    const { model, messages, answer, unseen } = call
    const output = countTokens(answer.content) + 3
    if (call.is_main) fate = strike(set, dice, fate, call)
    const usage = usageOf(dice, model, { input: tokensOf(messages), output, unseen: unseen ?? 0 })
    return set.step(
      { ...asked(call), output: answer, usage },
      timeOf(dice, model, usage.output_tokens ?? output),
    )
  }

  function tool(said: Said, ms: number): Span {
    if (fate !== 'tool') return set.step(said, dice.around(ms))
    fate = 'fine'
    const { output: _never, ...call } = said
    const trouble = toolTrouble(dice, said.name)
    const span = set.begin(call)
    set.pass(trouble.ms)
    set.finish(span, { status: 'error', error: trouble.error })
    throw new Halt('error', trouble.error)
  }

  return { ...set, llm, tool, fate: () => fate }
}
