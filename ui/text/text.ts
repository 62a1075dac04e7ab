import { en } from './en.ts'
import { ko } from './ko.ts'

type Widen<T> = T extends string
  ? string
  : T extends (...input: infer I) => string
    ? (...input: I) => string
    : { [K in keyof T]: Widen<T[K]> }

/** Everything the pages say; each language has all of it. */
export type Text = Widen<typeof en>

export const LANGUAGES = { en, ko } satisfies Record<string, Text>

export type Lang = keyof typeof LANGUAGES

export const isLang = (text: string): text is Lang => Object.hasOwn(LANGUAGES, text)

/** The language asked for in an Accept-Language header, by its weights; English when it names neither. */
export function acceptLang(header: string | null): Lang {
  const wishes = (header ?? '').split(',').map((part, at) => {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';')
    const q = parameters.map((p) => p.trim()).find((p) => p.startsWith('q='))
    return { lang: tag.split('-')[0] ?? '', weight: q === undefined ? 1 : Number(q.slice(2)) || 0, at }
  })
  const known = wishes.filter(({ lang, weight }) => isLang(lang) && weight > 0)
  const best = known.toSorted((a, b) => b.weight - a.weight || a.at - b.at)[0]?.lang
  return best !== undefined && isLang(best) ? best : 'en'
}

/** The word for a key that came from outside, where there is one. */
export const wordFor = (words: Record<string, string>, key: string): string | undefined =>
  Object.hasOwn(words, key) ? words[key] : undefined
