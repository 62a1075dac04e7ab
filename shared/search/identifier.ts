/** Longer runs of letters and digits are noise or one word: nothing inside them is a word of its own. */
export const LONGEST_IDENTIFIER = 40
const MOST_PARTS = 6
const INNER = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u

/** Where the words of an identifier such as `getUserName` begin, and its end; null when it is one word. */
export function partsOf(run: string): number[] | null {
  if (run.length > LONGEST_IDENTIFIER) return null
  const parts = run.split(INNER)
  if (parts.length < 2 || parts.length > MOST_PARTS) return null
  const ends = [0]
  for (const { length } of parts) ends.push((ends.at(-1) ?? 0) + length)
  return ends
}
