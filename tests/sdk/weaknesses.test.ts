import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'bun:test'

const HOUSE = join(import.meta.dir, '../..')

/** What the first SDK did to its host, and where ours is held to do otherwise; each number names its tests. */
const PARTS = {
  'W-56': ['a trace can be finished'],
  'W-57': ['siblings are siblings'],
  'W-58': ['poison blocks nothing', 'nothing is raised into the app', 'memory is bounded'],
  'W-59': ['threads and runs at once', 'a background flush', 'an exit hook'],
  'W-60': ['a hub that is away is not noticed'],
  'W-61': ['the source of a node is the caller, without paths of the machine'],
  'W-62': ['repeats of logs and evaluations are one'],
  'W-63': ['decide', 'decorators', 'LangGraph', 'OpenAI'],
}

const textsIn = (folder: string, ends: string) =>
  readdirSync(join(HOUSE, folder))
    .filter((name) => name.endsWith(ends))
    .map((name) => readFileSync(join(HOUSE, folder, name), 'utf8'))

/** The names of tests in which a weakness is named. */
const LANGUAGES = {
  TypeScript: {
    texts: [
      ...textsIn('tests/sdk', '.test.ts'),
      ...textsIn('tests/clients/langgraph', '.check.ts'),
      ...textsIn('tests/clients/openai', '.check.ts'),
    ],
    names: (weakness: string) => new RegExp(`test\\(\\s*['"\`]${weakness}: `, 'g'),
  },
  Python: {
    texts: [...textsIn('sdk/python/tests', '.py'), ...textsIn('tests/clients/langgraph-python', '.py')],
    names: (weakness: string) => new RegExp(`def test_${weakness.toLowerCase().replace('-', '')}_`, 'g'),
  },
}

for (const [language, { texts, names }] of Object.entries(LANGUAGES)) {
  test(`${language}: each weakness of the first SDK has a test for each of its parts`, () => {
    const found = Object.keys(PARTS).map((weakness) => [
      weakness,
      texts.flatMap((text) => text.match(names(weakness)) ?? []).length,
    ])
    const missing = found.filter(([weakness, count]) => {
      const parts = Object.entries(PARTS).find(([name]) => name === weakness)?.[1] ?? []
      return Number(count) < parts.length
    })
    expect(missing).toEqual([])
  })
}
