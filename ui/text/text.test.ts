import { expect, test } from 'bun:test'
import { acceptLang, LANGUAGES } from './text.ts'

type Words = { [key: string]: string | ((...gaps: never[]) => string) | Words }

const GAPS = ['‹1›', '‹2›', '‹3›']

/** Every text of a catalogue under its path; a text with gaps is filled with marks. */
function textsOf(words: Words, path = ''): [string, string][] {
  return Object.entries(words).flatMap(([key, value]) => {
    const at = `${path}.${key}`
    if (typeof value === 'object') return textsOf(value, at)
    // A gap of a number takes a mark as well: it only goes into the text.
    const text = typeof value === 'string' ? value : value(...(GAPS.slice(0, value.length) as never[]))
    return [[at, text] satisfies [string, string]]
  })
}

/** What is the same in both languages: names, units, identifiers. */
const SHARED =
  /^\.(product|utc|units\.(ms|bytes|kb|mb)|span_type\.llm|empty\.your_key|(policies|decisions)\.version)$/

test('both languages say the same things', () => {
  const keys = (catalogue: Words) => textsOf(catalogue).map(([key]) => key)
  expect(keys(LANGUAGES.ko)).toEqual(keys(LANGUAGES.en))
})

test('no text is empty and none leaves out what it was given', () => {
  for (const [key, text] of [...textsOf(LANGUAGES.en), ...textsOf(LANGUAGES.ko)]) {
    expect({ key, text: text.trim() }).not.toEqual({ key, text: '' })
  }
  const gaps = (catalogue: Words) =>
    textsOf(catalogue).map(([key, text]) => [key, (text.match(/‹\d›/g) ?? []).toSorted()])
  expect(gaps(LANGUAGES.ko)).toEqual(gaps(LANGUAGES.en))
})

test('Korean texts are Korean and English texts are not (W-74)', () => {
  const hangul = /\p{Script=Hangul}/u
  const korean = textsOf(LANGUAGES.ko).filter(([key, text]) => !SHARED.test(key) && !hangul.test(text))
  expect(korean.map(([key]) => key)).toEqual(['.lang', '.other_language'])
  const english = textsOf(LANGUAGES.en).filter(([, text]) => hangul.test(text))
  expect(english.map(([key]) => key)).toEqual(['.other_language'])
})

test('the language is the one that the browser likes best of ours', () => {
  const wishes: [string | null, string][] = [
    [null, 'en'],
    ['ko-KR,ko;q=0.9,en;q=0.8', 'ko'],
    ['en-US,en;q=0.9,ko;q=0.8', 'en'],
    ['fr, ko;q=0.5', 'ko'],
    ['en;q=0.2, ko;q=0.7', 'ko'],
    ['ko;q=0, en', 'en'],
    ['de, fr', 'en'],
    ['constructor, *', 'en'],
  ]
  for (const [header, lang] of wishes) expect([header, acceptLang(header)]).toEqual([header, lang])
})
