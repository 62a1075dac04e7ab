/** A piece of a text, and where it begins. */
export type Sentence = { text: string; start: number }

/** What may end a sentence; looked for by the engine, since most signs are none. */
const END = /[.!?。！？…\n]/g
const LONGEST = 600
/** A point between digits or letters ends no sentence: 3.14, example.com. */
const BEHIND_POINT = /[\s"'”’)\]]/

function ends(text: string, at: number): boolean {
  const next = text[at + 1]
  return text[at] !== '.' || next === undefined || BEHIND_POINT.test(next)
}

/**
 * The first sentences of a text, in order. One that never ends is cut, so that the work for each is bounded; nothing but
 * spaces is none.
 */
export function splitSentences(text: string, most = Infinity): Sentence[] {
  const found: Sentence[] = []
  let start = 0
  const add = (end: number) => {
    for (; start < end && found.length < most; start = Math.min(end, start + LONGEST)) {
      const piece = text.slice(start, Math.min(end, start + LONGEST))
      if (piece.trim() !== '') found.push({ text: piece, start })
    }
    start = end
  }
  for (const { index } of text.matchAll(END)) {
    if (found.length >= most) return found
    if (ends(text, index)) add(index + 1)
  }
  add(text.length)
  return found
}
