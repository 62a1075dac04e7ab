/** How many letters have to be changed, added, taken away or swapped to make one word of the other. */
function distance(one: string, other: string): number {
  let before: number[] = []
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      next.push(least)
    }
    before = row
    row = next
  }
  return row[other.length] ?? 0
}

const LONGEST = 32

/** The known word that was probably meant, in any case; null when none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const lower = word.toLowerCase()
  if (lower.length < 2 || lower.length > LONGEST) return null
  const beginning = known.filter((name) => name.toLowerCase().startsWith(lower))
  if (beginning.length === 1) return beginning[0] ?? null
  const near = known
    .map((name) => ({ name, steps: distance(lower, name.toLowerCase()) }))
    .filter(({ name, steps }) => steps <= (Math.max(name.length, lower.length) <= 4 ? 1 : 2))
    .toSorted((a, b) => a.steps - b.steps)
  return near[0]?.name ?? null
}
