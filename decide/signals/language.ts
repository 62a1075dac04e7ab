import { once, type Reading } from './reading.ts'
import type { Signal } from './signal.ts'

/** The shares of all letters. */
type Shares = { ko: number; ja: number; zh: number; latin: number; letters: number }

const LETTER = /\p{L}/u
/** A Korean, Japanese or Chinese sign says as much as a few Latin letters. */
const MEANT = 0.25
/** Japanese is written in Han too, but never without kana. */
const KANA_OF_JAPANESE = 0.1

const isHangul = (code: number): boolean =>
  (code >= 0xac00 && code <= 0xd7a3) ||
  (code >= 0x1100 && code <= 0x11ff) ||
  (code >= 0x3131 && code <= 0x318e)
const isKana = (code: number): boolean => code >= 0x3041 && code <= 0x30ff
const isHan = (code: number): boolean =>
  (code >= 0x3400 && code <= 0x9fff) || (code >= 0x20000 && code <= 0x323af)
/** Beyond ASCII, which is counted apart. */
const isLatin = (code: number): boolean => code >= 0xc0 && code <= 0x24f && code !== 0xd7 && code !== 0xf7

function countLetters(text: string): Shares {
  let [hangul, kana, han, latin, other] = [0, 0, 0, 0, 0]
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x80) {
      // Most signs of most texts; with this bit set a capital is the small letter.
      const small = unit | 0x20
      if (small >= 97 && small <= 122) latin++
      continue
    }
    const code = text.codePointAt(at) ?? 0
    if (code > 0xffff) at++
    if (isLatin(code)) latin++
    else if (isHangul(code)) hangul++
    else if (isKana(code)) kana++
    else if (isHan(code)) han++
    else if (LETTER.test(String.fromCodePoint(code))) other++
  }
  const letters = hangul + kana + han + latin + other
  const share = (count: number) => (letters === 0 ? 0 : Math.round((count / letters) * 1000) / 1000)
  const is_japanese = kana > 0 && kana >= (kana + han) * KANA_OF_JAPANESE
  return {
    ko: share(hangul),
    ja: share(is_japanese ? kana + han : 0),
    zh: share(is_japanese ? 0 : han),
    latin: share(latin),
    letters,
  }
}

/** The language of most of the text; product names in Latin letters do not make Korean English. */
function mainOf({ ko, ja, zh, latin, letters }: Shares): string | null {
  if (letters === 0) return null
  const most = Math.max(ko, ja, zh)
  if (most >= MEANT) return ko === most ? 'ko' : ja === most ? 'ja' : 'zh'
  return latin >= 0.5 ? 'latin' : 'other'
}

const inputShares = once((reading) => countLetters(reading.input().plain))
const outputShares = once((reading) => countLetters(reading.output().plain))

const named = (side: 'input' | 'output', shares: (reading: Reading) => Shares): Signal => ({
  name: `language.${side}`,
  type: 'string',
  reads: [side],
  description: `The script of most of the ${side}: ko, ja, zh, latin or other. Unknown where there is no letter.`,
  compute: (reading) => mainOf(shares(reading)),
})

const share = (name: 'ko' | 'ja' | 'zh' | 'latin', script: string): Signal => ({
  name: `language.${name}`,
  type: 'double',
  min: 0,
  max: 1,
  reads: ['output'],
  description: `The share of ${script} among the letters of the output.`,
  compute: (reading) => outputShares(reading)[name],
})

export const LANGUAGE_SIGNALS: Signal[] = [
  named('input', inputShares),
  named('output', outputShares),
  {
    name: 'language.same',
    type: 'bool',
    reads: ['input', 'output'],
    description: 'The output is in the script of the input. Unknown where one of them has no letter.',
    compute: (reading) => {
      const [asked, answered] = [mainOf(inputShares(reading)), mainOf(outputShares(reading))]
      return asked === null || answered === null ? null : asked === answered
    },
  },
  share('ko', 'Hangul'),
  share('ja', 'kana and Han in Japanese text'),
  share('zh', 'Han in text without kana'),
  share('latin', 'Latin letters'),
]
