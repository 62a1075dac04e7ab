/** Words of letters of one kind; numbers are compared apart. */
const WORD =
  /[a-z][a-z'’-]{0,63}|[가-힣]{1,64}|[\u3041-\u3096\u30a1-\u30fa\u30fc]{1,64}|[\u4e00-\u9fff]{1,64}/g
const NUMBER = /\d{1,15}(?:[.,:]\d{1,15}){0,6}/g

/** Words that any sentence holds. */
const EMPTY = new Set(
  `a an the and or but if then than that this these those it its is are was were be been being to of in on at by for
  with from as into about over after before between during you your we our they their he she his her i me my can could
  may might will would shall should must do does did not no yes have has had there here what which who when where how
  all any each some more most such only also so up out just please`.split(/\s+/),
)

/** Longest first, so that what is cut is all that belongs to the grammar. */
const PARTICLES =
  /(?:으로부터|에게서는|이라고는|입니다만|했습니다|됩니다|합니다|됐습니다|되었습니다|하였습니다|습니다|입니다|이에요|예요|해야|하세요|하십시오|에서는|에게는|으로는|까지는|부터는|이라고|이라는|에서|에게|한테|으로|까지|부터|처럼|보다|마다|조차|밖에|이나|이며|이고|하고|하는|하여|해서|되는|되어|라고|라는|은|는|이|가|을|를|에|의|와|과|도|만|로|나|며|고)$/

const EMPTY_KOREAN = new Set([
  '수',
  '것',
  '때',
  '등',
  '및',
  '또는',
  '그리고',
  '하지만',
  '이',
  '그',
  '저',
  '있',
  '없',
  '경우',
  '있습니다',
  '있어요',
  '있는',
  '대한',
  '대해',
  '위해',
  '따라',
  '통해',
  '더',
  '꼭',
  '후',
  '안',
  '내',
])

/** Longest first. A rough cut is enough, since both sides are cut alike. */
const ENDINGS = ['ations', 'ation', 'edly', 'ing', 'ies', 'ied', 'ed', 'es', 'ly', 's', 'e']
const POSSESSIVE = /['’]s?$/

/** The same word in another form: plural, past, -ing. */
function stem(word: string): string {
  const bare = word.includes("'") || word.includes('’') ? word.replace(POSSESSIVE, '') : word
  if (bare.length < 5)
    return bare.length === 4 && bare.endsWith('s') && bare[2] !== 's' ? bare.slice(0, -1) : bare
  const ending = ENDINGS.find((each) => bare.endsWith(each))
  const cut = ending === undefined ? bare : bare.slice(0, -ending.length)
  return cut.at(-1) === cut.at(-2) ? cut.slice(0, -1) : cut
}

function addPairs(word: string, units: string[]): void {
  if (word.length < 2) units.push(word)
  for (let at = 0; at + 1 < word.length; at++) units.push(word.slice(at, at + 2))
}

function addKorean(word: string, units: string[]): void {
  if (EMPTY_KOREAN.has(word)) return
  const bare = word.length > 1 ? word.replace(PARTICLES, '') : word
  if (bare !== '' && !EMPTY_KOREAN.has(bare)) addPairs(bare, units)
}

/** What a text says, in pieces that can be compared: stems of words, pairs of Korean, Japanese and Chinese signs. */
export function unitsOf(text: string): string[] {
  const units: string[] = []
  for (const word of text.toLowerCase().match(WORD) ?? []) {
    const code = word.charCodeAt(0)
    if (code >= 0xac00) addKorean(word, units)
    else if (code > 0x7a) addPairs(word, units)
    else if (!EMPTY.has(word)) units.push(stem(word))
  }
  return units
}

/** The numbers of a text, without the commas that group their digits. */
export const numbersOf = (text: string): string[] =>
  (text.match(NUMBER) ?? []).map((number) => number.replaceAll(/,(?=\d{3})/g, ''))
