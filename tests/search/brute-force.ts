/** A search as it is promised, in the simplest way that says it; slow, and of nothing that it tests. */
export type Asked = { text: string; scope?: string; negated?: boolean; prefix?: boolean }
export type SpanTexts = Record<string, string>

const WORDLESS =
  '\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u2e80-\\u2fff\\u3005-\\u3007\\u3021-\\udfff\\uf900-\\ufaff\\ufe00-\\ufe0f'
const RUN = new RegExp(`(?:(?![${WORDLESS}])[\\p{L}\\p{N}\\p{M}])+`, 'gv')
const INNER = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u

const lower = (text: string) =>
  text
    .split('')
    .map((sign) => (sign === 'İ' ? 'i' : sign.toLowerCase() === 'ς' ? 'σ' : sign.toLowerCase()))
    .join('')

/** The text with one space for each run of them, and all words in it: from, to. */
function read(text: string) {
  const plain = text.toWellFormed().normalize('NFKC').replace(/\s+/g, ' ')
  const words: [number, number][] = []
  for (const { 0: run, index } of plain.matchAll(RUN)) {
    words.push([index, index + run.length])
    const parts = run.split(INNER)
    if (run.length > 40 || parts.length < 2 || parts.length > 6) continue
    let at = index
    for (const part of parts) words.push([at, (at += part.length)])
  }
  return { folded: lower(plain), words }
}

function stands(text: string, { text: wanted, prefix = false }: Asked): boolean {
  const { folded, words } = read(text)
  const sought = read(wanted).folded.trim()
  const runs = [...sought.matchAll(RUN)]
  const isWord = (from: number, to: number, is_open: boolean) =>
    words.some(([start, end]) => start === from && (end === to || (is_open && end > to)))
  for (let at = folded.indexOf(sought); at !== -1; at = folded.indexOf(sought, at + 1)) {
    const fits = runs.every(({ 0: run, index }) => {
      const from = at + index
      return isWord(from, from + run.length, prefix && index + run.length === sought.length)
    })
    if (fits) return true
  }
  return false
}

export const matches = (texts: SpanTexts, asked: Asked[]): boolean =>
  asked.every((term) => {
    const where = term.scope ? [texts[term.scope] ?? ''] : Object.values(texts)
    return where.some((text) => stands(text, term)) !== (term.negated ?? false)
  })
