/** Where something stands in a text: from `start` to before `end`. */
export type Span = { start: number; end: number }

/** The text with the mark in place of each span; spans come in order and do not overlap. */
export function replaceSpans(text: string, spans: Span[], mark: string): string {
  if (spans.length === 0) return text
  let replaced = ''
  let kept = 0
  for (const { start, end } of spans) {
    replaced += text.slice(kept, start) + mark
    kept = end
  }
  return replaced + text.slice(kept)
}
