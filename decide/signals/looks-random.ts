const CLASSES = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/]
/** Dates, versions and addresses of pages. */
const NOTATION = /^v?\d+(?:\.\d+){1,3}$|^https?:|^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}$/
const WORD = /^[A-Za-z]{0,24}\d{0,4}$/
const CODE = /[()]|^(?:process|self|this|os|config|settings|env)\./

/** Words with separators between them, perhaps with a number behind: written to be read, so not random. */
const isReadable = (text: string): boolean => text.split(/[-_./]/).every((word) => WORD.test(word))

/** Bits of each sign by the frequencies in the text itself. */
function entropy(text: string): number {
  const counts = new Map<string, number>()
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}

/** Whether a text that a word like "password" announces is one: several kinds of signs, or long and unordered. */
export function looksRandom(text: string): boolean {
  if (text.length < 8 || isReadable(text) || NOTATION.test(text) || CODE.test(text)) return false
  const classes = CLASSES.filter((sign) => sign.test(text)).length
  const has_digit = /\d/.test(text)
  if (text.length < 16) return classes >= 3 && has_digit
  return has_digit && classes >= 2 && entropy(text) >= 3.2
}
