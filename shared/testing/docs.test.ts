import { expect, test } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ERRORS } from '../errors.ts'

const HOUSE = join(import.meta.dir, '../..')
const read = (path: string) => Bun.file(join(HOUSE, path)).text()

/** Name and version of everything that package.json asks for. */
async function readPackages(): Promise<[string, string][]> {
  const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'] as const
  // npm itself reads these as maps of text, and would not have installed us otherwise.
  const manifest = JSON.parse(await read('package.json')) as Record<
    string,
    Record<string, string> | undefined
  >
  return kinds.flatMap((kind) => Object.entries(manifest[kind] ?? {}))
}

const PAGES = [
  ...['README.md', 'README.ko.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync(join(HOUSE, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '')

/** Fenced blocks, with the language that they name. */
const fenced = (text: string) => text.match(/^```[\s\S]*?^```$/gm) ?? []

test('docs/errors.md has a heading with the status for each code, and no other', async () => {
  const headings = matches(await read('docs/errors.md'), /^### (.*)$/gm)
  const codes = Object.entries(ERRORS).map(([code, [status]]) => `\`${code}\` ${status}`)
  expect(headings.toSorted()).toEqual(codes.toSorted())
})

test('docs/operate.md has a row for each variable that is read, and no other', async () => {
  const variables = new Set(matches(await read('shared/config.ts'), /'([A-Z]+(?:_[A-Z]+)+)'/g))
  const rows = matches(await read('docs/operate.md'), /^\| `([A-Z_]+)` \|/gm)
  expect(rows.toSorted()).toEqual([...variables].toSorted())
})

test('docs/decisions.md says of each dependency why it is there', async () => {
  const text = await read('docs/decisions.md')
  const names = (await readPackages()).map(([name]) => name)
  expect(names.filter((name) => !text.includes(`| \`${name}\` |`))).toEqual([])
})

test('every dependency is pinned to one version', async () => {
  expect((await readPackages()).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual(
    [],
  )
})

test('the two READMEs have the same commands and answers', async () => {
  expect(fenced(await read('README.ko.md'))).toEqual(fenced(await read('README.md')))
})

/** Text in backticks that looks like a path of this repository: it ends like a file, or begins with a folder of ours. */
function isPath(cited: string): boolean {
  if (/[\s<>{}*:]|^[/@~#]|\.\.\./.test(cited)) return false
  const first = cited.split('/')[0] ?? ''
  if (/^\.?(hub|env)$/.test(first) || existsSync(join(HOUSE, 'node_modules', first))) return false
  return /\.(ts|tsx|md|json|sql|mjs|css|yaml|yml)$/.test(cited) || cited.includes('/')
}

for (const page of PAGES) {
  test(`every path that ${page} names exists`, async () => {
    const text = (await read(page)).replace(/^```[\s\S]*?^```$/gm, '')
    const cited = matches(text, /`([^`\n]+)`/g).filter(isPath)
    const links = matches(text, /\]\((?!https?:|#)([^)#\s]+)/g).map((link) => join(dirname(page), link))
    expect([...cited, ...links].filter((path) => !existsSync(join(HOUSE, path)))).toEqual([])
  })
}
