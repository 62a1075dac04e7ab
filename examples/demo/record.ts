import { idOf } from './dice.ts'
import { Halt } from './halt.ts'
import type { Fields, Line, Span, Verdict } from './story.ts'

export type Said = Partial<Omit<Span, 'id' | 'parent' | 'start'>> & { name: string; type: string }

export type Recorder = ReturnType<typeof recorder>

/** Writes down what happens on a stage, with a clock of its own. */
export function recorder(key: string) {
  const spans: Span[] = []
  const lines: Line[] = []
  const verdicts: Verdict[] = []
  const open: Span[] = []
  let now = 0

  const pass = (ms: number) => void (now += Math.max(1, Math.round(ms)))

  function begin(said: Said, parent: string | null = open.at(-1)?.id ?? null): Span {
    const id = idOf(`${key}/span ${spans.length}`)
    const span: Span = { id, parent, start: now, end: null, status: 'running', ...said }
    spans.push(span)
    return span
  }
  const finish = (span: Span, said: Partial<Span> = {}): Span =>
    Object.assign(span, { end: now, status: 'success' }, said)

  /** A step that has others inside; what is thrown in there ends it too. */
  function within<T>(said: Said, inside: (span: Span) => T, parent?: string | null): T {
    const span = begin(said, parent)
    open.push(span)
    try {
      const result = inside(span)
      finish(span)
      return result
    } catch (error) {
      if (error instanceof Halt && error.status !== 'running') {
        finish(span, { status: error.status, ...(error.message ? { error: error.message } : {}) })
      }
      throw error
    } finally {
      open.pop()
    }
  }

  /** A step without others inside. */
  function step(said: Said, ms: number): Span {
    const span = begin(said)
    pass(ms)
    return finish(span)
  }

  return {
    spans,
    lines,
    verdicts,
    begin,
    finish,
    within,
    step,
    pass,
    now: () => now,
    /** Turns the clock, for what happens at the same time. */
    turn: (to: number) => void (now = to),
    line: (span: Span, message: string, fields: Fields = {}) =>
      void lines.push({ at: now, span: span.id, message, fields }),
    judge: (verdict: Verdict) => void verdicts.push(verdict),
  }
}
