import { allWords, dice, rareWord } from './words.ts'

/** What is asked of a search, some of a kind, and what the 99th percentile must stay under. */
export type SearchQuestion = { name: string; asked: string[]; limit?: number }

/** Words by how often they stand in the texts, the most frequent first. */
function byCount(words: string[]): string[] {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].toSorted((a, b) => b[1] - a[1]).map(([word]) => word)
}

const spread = (list: string[], count: number): string[] =>
  Array.from({ length: count }, (_, at) => list[Math.floor((at / count) * list.length)] ?? '')

/** Questions about the texts that the bench makes. */
export function searchQuestions(count: number, traces: number): SearchQuestion[] {
  const { latin, korean } = allWords()
  const roll = dice(99)
  const phrases = (words: string[], length: number) =>
    Array.from({ length: count }, () => {
      const at = 1 + Math.floor(roll() * (words.length - length - 2))
      return `"${words.slice(at, at + length).join(' ')}"`
    })
  const [frequent, frequent_korean] = [byCount(latin), byCount(korean)]
  const rare = (list: string[]) => spread(list.slice(-2000), count)
  return [
    { name: 'a rare word', asked: Array.from({ length: count }, () => rareWord(roll, traces)), limit: 50 },
    { name: 'a word that is nowhere', asked: rare(frequent).map((word) => `${word}xq`), limit: 50 },
    { name: 'a seldom word', asked: rare(frequent) },
    { name: 'a seldom word, Korean', asked: rare(frequent_korean) },
    { name: 'a common word', asked: spread(frequent.slice(0, 100), count), limit: 100 },
    { name: 'a common word, Korean', asked: spread(frequent_korean.slice(0, 100), count), limit: 100 },
    { name: 'a phrase of three words', asked: phrases(latin, 3), limit: 150 },
    { name: 'a phrase of two words', asked: phrases(latin, 2), limit: 150 },
    { name: 'a phrase of two words, Korean', asked: phrases(korean, 2), limit: 150 },
    {
      name: 'two words',
      asked: spread(frequent.slice(50, 500), count).map((one, at) => `${one} ${frequent[600 + at] ?? ''}`),
    },
    {
      name: 'how a word begins',
      asked: spread(frequent.slice(0, 2000), count).map((word) => `${word.slice(0, 5)}*`),
    },
    {
      name: 'one sign, Korean',
      asked: spread(frequent_korean.slice(0, 300), count).map((word) => word.slice(0, 1)),
    },
  ]
}
