import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { CATALOGUE } from './catalogue.ts'
import { fold } from './fold.ts'
import { openSignals } from './open-signals.ts'
import { splitSentences } from './sentences.ts'

const NOTHING = { input: '', contexts: [], latency_ms: null, cost_usd: null, evals: [] }
const count = (name: string, output: string) => openSignals({ ...NOTHING, output }).read(name)?.value

const KEY = ['AK', 'IA', 'QWERTYUIOP123456'].join('')
const CARD = ['4111', '1111', '1111', '1111'].join('-')
const wide = (text: string) =>
  text.replaceAll(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))

const INVISIBLE = [
  '\u200b',
  '\u200d',
  '\u2060',
  '\ufeff',
  '\u00ad',
  '\u202e',
  '\ufe0f',
  '\u{e0041}',
  '\u3164',
]

test('invisible characters inside do not hide a secret or a card', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...INVISIBLE),
      fc.integer({ min: 1, max: 19 }),
      (sign, at) =>
        count('secrets.count', `${KEY.slice(0, at)}${sign}${KEY.slice(at)}`) === 1 &&
        count('pii.count', `${CARD.slice(0, at)}${sign}${CARD.slice(at)}`) === 1,
    ),
  )
})

test('full-width forms, digits of other scripts and decomposed Hangul are read as what they are', () => {
  expect(count('secrets.count', wide(KEY))).toBe(1)
  expect(count('pii.count', wide(CARD))).toBe(1)
  expect(
    count(
      'pii.count',
      CARD.replaceAll(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit))),
    ),
  ).toBe(1)
  const refusal = '죄송하지만 그 요청은 도와드릴 수 없습니다.'
  expect(count('refusal.detected', refusal.normalize('NFD'))).toBe(true)
  expect(count('refusal.detected', refusal.normalize('NFC'))).toBe(true)
})

test('places in a folded text are places in the text as sent', () => {
  const output = `앞\u200b글 ${wide(KEY)} 뒤`.normalize('NFD')
  const signals = openSignals({ ...NOTHING, output })
  const [found] = signals.find('secrets.count')
  expect(output.slice(found?.start, found?.end)).toBe(wide(KEY))
})

const odd = fc.array(
  fc.oneof(
    fc.constantFrom(
      ...INVISIBLE,
      '\ud800',
      '\udc00',
      '\0',
      '\u0301',
      '\u1100',
      '\u1161',
      '\u11a8',
      '\ufdfa',
      '０',
      '😀',
    ),
    fc.constantFrom(
      'a',
      '1',
      '@',
      '.',
      '가',
      '://',
      ':',
      '-',
      'eyJ',
      'sk-',
      '-----BEGIN ',
      '[',
      '{',
      '"',
      '\n',
    ),
    fc.string({ unit: 'binary', maxLength: 3 }),
  ),
  { maxLength: 60 },
)

test('no text makes a signal throw, and every place lies in the text', () => {
  fc.assert(
    fc.property(odd, odd, (pieces, others) => {
      const [output, input] = [pieces.join(''), others.join('')]
      const signals = openSignals({ ...NOTHING, input, output, contexts: [output, input] })
      for (const { name } of CATALOGUE) {
        signals.read(name)
        for (const { in: side, start, end } of signals.find(name)) {
          if (start < 0 || end <= start || end > (side === 'input' ? input : output).length) return false
        }
      }
      return true
    }),
    { numRuns: 300 },
  )
})

test('folding twice changes nothing more, and what is plain stays as it is', () => {
  fc.assert(
    fc.property(odd, (pieces) => {
      const { text } = fold(pieces.join(''))
      return fold(text).text.length <= text.length
    }),
    { numRuns: 300 },
  )
  const plain = 'Plain, 평범한 글 그리고 日本語。'
  expect(fold(plain).text).toBe(plain)
})

test('sentences cover the text in order and none is longer than its bound', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', '. ', '3.14', '\n', '。', 'x'.repeat(1500), ' ')), (pieces) => {
      const text = pieces.join('')
      const sentences = splitSentences(text)
      const said = sentences.map((sentence) => sentence.text).join('')
      return (
        said.replaceAll(/\s/g, '') === text.replaceAll(/\s/g, '') &&
        sentences.every((each) => each.text.length <= 600 && text.startsWith(each.text, each.start))
      )
    }),
  )
})
