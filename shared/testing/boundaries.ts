import { join, normalize, dirname } from 'node:path'

/** What each folder or file at the top may import of ours; packages are free, except for the UI. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  shared: [],
  ingest: ['shared'],
  decide: ['shared'],
  query: ['shared'],
  notify: ['shared'],
  ui: ['shared'],
  'hub.ts': ['shared', 'ingest', 'decide', 'query', 'notify', 'ui'],
  'hub.test.ts': ['shared'],
  tests: ['shared', 'ingest', 'decide', 'query', 'notify', 'ui', 'hub.ts', 'bench', 'sdk'],
  sdk: [],
  bench: ['shared', 'ingest', 'decide', 'query', 'notify', 'ui', 'hub.ts', 'tests', 'sdk'],
  examples: ['sdk'],
  bin: [],
}

/** Who writes each table; everybody else reads it or asks. */
const OWNERS: Record<string, readonly string[]> = {
  migrations: ['shared/store'],
  log: ['shared/store'],
  traces: ['shared/store'],
  spans: ['shared/store'],
  span_events: ['shared/store'],
  evals: ['shared/store'],
  audit: ['shared/store'],
  outbox: ['shared/store'],
  projects: ['ingest'],
  project_settings: ['ingest'],
  upkeep_cursors: ['ingest'],
  people: ['ui'],
  memberships: ['ui'],
  sessions: ['ui'],
  saved_views: ['ui'],
  erasures: ['ingest'],
  erasure_traces: ['ingest'],
  expired_traces: ['shared/store'],
  // Writers of traces append, the job that counts an hour anew takes away.
  rollup_marks: ['shared/store', 'ingest/record/roll-up.ts'],
  rollups: ['ingest/record/roll-up.ts'],
  // Who writes a body or changes it says so; the indexer takes that away.
  search_queue: ['shared/store', 'ingest/search'],
  search_segments: ['ingest/search'],
  // The last use of a key is noted where the key is used, which is in every service.
  api_keys: ['ingest', 'shared/http/auth.ts'],
  policies: ['decide'],
  policy_versions: ['decide'],
  policy_revision: ['decide'],
  // An erasure takes a trace and the words of its decisions in one transaction.
  decisions: ['decide', 'shared/store/upkeep/erase-decisions.ts'],
  judge_runs: ['decide', 'shared/store/upkeep/erase-decisions.ts'],
  judge_spending: ['decide'],
  cases: ['decide', 'shared/store/upkeep/erase-decisions.ts'],
  case_history: ['decide'],
  case_traces: ['decide'],
  case_settings: ['decide'],
  subscriptions: ['notify'],
  deliveries: ['notify'],
  delivery_attempts: ['notify'],
  alerts: ['notify'],
}

/** Where the UI reads and writes the tables that it owns; everything else in there asks the API. */
const OWN_TABLES_OF_UI = ['ui/people', 'ui/sessions', 'ui/views']

/** Violations that are planted on purpose stand in here as text. */
const PLANTED = 'shared/testing/boundaries.test.ts'

const FORBIDDEN_NAMES = /(^|\/)(utils?|helpers?|common|managers?|misc|types)(\.[a-z.]+)?(\/|$)/
const IMPORT = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"]([^'"]+)['"]/g
const WRITE = new RegExp(
  [
    String.raw`\binsert\s+into\s+(?<inserted>[\w$]+)`,
    String.raw`\bdelete\s+from\s+(?:only\s+)?(?<deleted>[\w$]+)`,
    String.raw`\bmerge\s+into\s+(?<merged>[\w$]+)`,
    String.raw`\btruncate\s+(?:table\s+)?(?<emptied>[\w$]+)`,
    String.raw`\bupdate\s+(?:only\s+)?(?<updated>[\w$]+)(?:\s+(?:as\s+)?\w+)?\s+set\b`,
    String.raw`\bcopy\s+(?<copied>[\w$]+)\s*\{?\w*\}?\s*\(`,
  ].join('|'),
  'gi',
)
const OF_A_PROJECT = /\b(?:from|join|update)\s+(?:log|traces|spans|span_events|evals)\b/i
const TEMPORARY = /create\s+temp(?:orary)?\s+table\s+(?:if\s+not\s+exists\s+)?(\w+)/gi

type Source = { path: string; top: string; text: string; is_test: boolean }

const topOf = (path: string) => path.split('/')[0] ?? path
const within = (path: string, places: readonly string[]) =>
  places.some((place) => path === place || path.startsWith(`${place}/`))

/** Lines that are comments would only be prose to the patterns above. */
const withoutComments = (text: string) => text.replace(/^\s*(\/\/|\/?\*).*$/gm, '')

async function readSources(root: string): Promise<Source[]> {
  const paths = await Array.fromAsync(new Bun.Glob('**/*.{ts,tsx,js,mjs}').scan({ cwd: root }))
  return Promise.all(
    paths
      .filter((path) => !within(path, ['node_modules', 'coverage', 'tests/clients', PLANTED]))
      .toSorted()
      .map(async (path) => ({
        path,
        top: topOf(path),
        text: withoutComments(await Bun.file(join(root, path)).text()),
        is_test: /\.test\.tsx?$/.test(path),
      })),
  )
}

function badImports({ path, top, text }: Source): string[] {
  const allowed = MAY_IMPORT[top]
  if (!allowed) return [`${path}: say in MAY_IMPORT of shared/testing/boundaries.ts what ${top} may import`]
  const specifiers = [...text.matchAll(IMPORT)].map((match) => match[1] ?? '')
  return specifiers.flatMap((specifier) => {
    if (
      top === 'ui' &&
      !within(path, OWN_TABLES_OF_UI) &&
      (specifier === 'postgres' || specifier.startsWith('#shared/store/'))
    ) {
      return [`${path} -> ${specifier}: the UI knows no table, it calls an operation of #shared/contract`]
    }
    const is_alias = specifier.startsWith('#shared/')
    if (!is_alias && !specifier.startsWith('.')) return []
    const target = is_alias ? specifier.slice(1) : normalize(join(dirname(path), specifier))
    const place = topOf(target)
    if (place === top || allowed.includes(place)) {
      return is_alias || place === top || place !== 'shared'
        ? []
        : [`${path} -> ${specifier}: write #shared/`]
    }
    return [
      `${path} -> ${specifier}: ${top} imports only itself${allowed.map((name) => ` and ${name}`).join('')}`,
    ]
  })
}

function badWrites({ path, text, is_test }: Source, temporary: Set<string>): string[] {
  if (is_test || within(path, ['tests', 'bench', 'ui/static'])) return []
  return [...text.matchAll(WRITE)].flatMap((match) => {
    const table = Object.values(match.groups ?? {}).find((name) => name !== undefined) ?? ''
    if (table.startsWith('$')) {
      return within(path, ['shared/store']) ? [] : [`${path} writes to a table whose name is not in the text`]
    }
    if (temporary.has(table)) return []
    const owners = OWNERS[table]
    if (!owners) return [`${path} writes ${table}: name its owner in OWNERS of shared/testing/boundaries.ts`]
    return within(path, owners)
      ? []
      : [`${path} writes ${table}, which is written by ${owners.join(' and ')} alone`]
  })
}

/** Questions to the record stay in one project: its number stands in them, or in the condition that is put into them. */
function badQuestions({ path, text, is_test }: Source): string[] {
  if (is_test || !within(path, ['query', 'ingest']) || within(path, ['ingest/projects'])) return []
  const statements = [...text.matchAll(/`([^`]*)`/g)].map((match) => match[1] ?? '')
  return statements
    .filter((statement) => OF_A_PROJECT.test(statement))
    .filter(
      (statement) => !(/\bproject_no\b|\bwhere \$\{/.test(statement) && text.includes('project_no = ${')),
    )
    .map((statement) => `${path} asks across projects: ${statement.trim().split('\n')[0]}`)
}

function badMarkup({ path, text }: Source): string[] {
  const shows_raw = /\bdangerouslySetInnerHTML\s*=|from\s+['"]hono\/html['"]/.test(text)
  return shows_raw ? [`${path} shows markup that nobody escaped`] : []
}

const badName = ({ path }: Source): string[] =>
  FORBIDDEN_NAMES.test(path) ? [`${path}: a name says the one thing that is inside`] : []

/** `http` and the like, and any `fetch` that is not a member: what a person entered must not be reached by these. */
const UNGUARDED =
  /(?<![\w.$'"])(?:globalThis\.|Bun\.)?fetch\b(?![:'"])|from\s+['"](?:node:)?(?:https?|tls|http2|undici)['"]/

/** Whoever decides or notifies reaches the outside through `shared/http/outbound.ts` alone, which keeps to public addresses. */
function badWayOut({ path, text, is_test }: Source): string[] {
  if (is_test || !within(path, ['decide', 'notify']) || !UNGUARDED.test(text)) return []
  return [`${path} goes out by itself: the way out is outbound() of #shared/http/outbound.ts`]
}

/** Everything below `root` that crosses a border of the house, one line each; empty when all is well. */
export async function findViolations(root: string): Promise<string[]> {
  const sources = await readSources(root)
  const temporary = new Set(
    sources.flatMap(({ text }) => [...text.matchAll(TEMPORARY)].map((match) => match[1] ?? '')),
  )
  return sources.flatMap((source) => [
    ...badName(source),
    ...badImports(source),
    ...badMarkup(source),
    ...badQuestions(source),
    ...badWayOut(source),
    ...badWrites(source, temporary),
  ])
}
