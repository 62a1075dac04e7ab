import { fold, type Folded } from './fold.ts'

/** How much of one text is read: its beginning and its end, half each. */
export const MAX_TEXT = 32_768

/** Where something was found, counted in the text as it was sent. */
export type Found = { kind: string; in: 'input' | 'output'; start: number; end: number }

/**
 * A text ready to be searched: `plain` has lookalikes of ASCII and invisible characters folded away, of a long text it
 * holds both ends. `place` says where a piece of it stands in the text as sent.
 */
export type Text = {
  raw: string
  plain: string
  truncated: boolean
  place(start: number, end: number): { start: number; end: number }
}

function placeIn(folded: Folded, shift: number, start: number, end: number): { start: number; end: number } {
  return { start: folded.startOf(start) + shift, end: folded.endOf(end) + shift }
}

/** Prepares a text; work and memory are bounded by MAX_TEXT, however long it is. */
export function readText(raw: string): Text {
  if (raw.length <= MAX_TEXT) {
    const folded = fold(raw)
    const place = (start: number, end: number) => placeIn(folded, 0, start, end)
    return { raw, plain: folded.text, truncated: false, place }
  }
  const half = MAX_TEXT / 2
  const head = fold(raw.slice(0, half))
  const tail = fold(raw.slice(-half))
  // A line's end between them, so that nothing is found across the gap.
  const seam = head.text.length + 1
  const place = (start: number, end: number) =>
    start >= seam
      ? placeIn(tail, raw.length - half, start - seam, end - seam)
      : placeIn(head, 0, start, Math.min(end, seam - 1))
  return { raw, plain: `${head.text}\n${tail.text}`, truncated: true, place }
}
