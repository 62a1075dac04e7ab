import { idOf, type Dice } from './dice.ts'
import type { Fate } from './fate.ts'
import { Halt } from './halt.ts'
import { stage, type Stage } from './stage.ts'
import type { Header, Status, Story } from './story.ts'

/** What an app is given to tell a story with. */
export type Cast = {
  /** Names the story; ids come from it. */
  key: string
  dice: Dice
  /** The fate of the next trace. */
  fate: () => Fate
  environment: string
  release: string
}

/** A story and when it begins, in milliseconds after the first of its episode. */
export type Scene = { at: number; story: Story }

export type App = (cast: Cast) => Scene[]

/** Plays a story to its end, or to where its fate halts it; the act gives back the text that the user got. */
export function play(cast: Cast, key: string, header: Header, act: (set: Stage) => string): Story {
  const set = stage(key, cast.dice, cast.fate())
  let status: Status = 'success'
  let answer: string | null = null
  try {
    answer = act(set)
  } catch (error) {
    if (!(error instanceof Halt)) throw error
    status = error.status
  }
  const { spans, lines, verdicts } = set
  return {
    trace_id: idOf(key),
    header: answer === null ? header : { ...header, output_text: answer },
    status,
    end: status === 'running' ? null : set.now(),
    spans,
    lines,
    verdicts,
  }
}

/** Whether the user pressed a thumb, and which; most do not. */
export const reviewOf = (dice: Dice): { reviewed?: boolean } =>
  dice.chance(0.13) ? { reviewed: dice.chance(0.8) } : {}
