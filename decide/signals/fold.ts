/** A folded text, and where its pieces came from. */
export type Folded = { text: string; startOf(at: number): number; endOf(at: number): number }

/** Latin, Hangul syllables, kana, Han and their punctuation stand for themselves. */
const PLAIN =
  /^[\t\n\r\x20-\x7e\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027\u2030-\u205e\u3001-\u3098\u309b-\u30fe\u4e00-\u9fff\uac00-\ud7a3]*$/u

/** What shows nothing: zero-width characters, directions, soft hyphens, variation selectors, fillers, tags. */
const INVISIBLE =
  /^(?:[\u00ad\u061c\u115f\u1160\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]|\u034f|[\u17b4\u17b5]|[\u180b-\u180f]|[\ufe00-\ufe0f]|[\u{e0000}-\u{e0fff}])$/u
const CONTINUES = /^[\p{M}\u1160-\u11ff\uff9e\uff9f]$/u
const DIGIT = /^\p{Nd}$/u

/** A base with more marks than this is not a letter of any language. */
const MOST_MARKS = 8
/** Some ligatures stand for whole sentences; they stay what they are. */
const LONGEST_EXPANSION = 4

/** Digits of each script stand in blocks of ten that begin with its zero. */
function asciiDigit(sign: string): string {
  const code = sign.codePointAt(0) ?? 0
  let zero = code
  while (code - zero < 9 && DIGIT.test(String.fromCodePoint(zero - 1))) zero--
  return String(code - zero)
}

function foldCluster(cluster: string): string {
  const composed = cluster.normalize('NFKC')
  if (composed.length > LONGEST_EXPANSION + cluster.length) return cluster
  return composed.codePointAt(0) !== undefined && DIGIT.test(composed) ? asciiDigit(composed) : composed
}

/** The clusters of a text without what is invisible: a base with the marks and jamo that belong to it. */
function* clusters(text: string): Generator<{ cluster: string; start: number; end: number }> {
  let [cluster, start, end, marks] = ['', 0, 0, 0]
  let at = 0
  for (const sign of text) {
    const next = at + sign.length
    if (!INVISIBLE.test(sign)) {
      if (cluster !== '' && marks < MOST_MARKS && CONTINUES.test(sign)) {
        cluster += sign
        marks++
      } else {
        if (cluster !== '') yield { cluster, start, end }
        cluster = sign
        start = at
        marks = 0
      }
      end = next
    }
    at = next
  }
  if (cluster !== '') yield { cluster, start, end }
}

const asIs = (text: string): Folded => ({ text, startOf: (at) => at, endOf: (at) => at })

/**
 * The text as a reader sees it: full-width forms and digits of other scripts as ASCII, decomposed Hangul composed,
 * invisible characters gone. One pass; most texts are recognised as plain and stay as they are.
 */
export function fold(text: string): Folded {
  if (PLAIN.test(text)) return asIs(text)
  const pieces: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  for (const { cluster, start, end } of clusters(text)) {
    const folded = cluster.length === 1 && cluster < '\x7f' ? cluster : foldCluster(cluster)
    pieces.push(folded)
    for (let unit = 0; unit < folded.length; unit++) {
      starts.push(start)
      ends.push(end)
    }
  }
  return {
    text: pieces.join(''),
    startOf: (at) => starts[at] ?? text.length,
    endOf: (at) => (at === 0 ? 0 : (ends[at - 1] ?? text.length)),
  }
}
