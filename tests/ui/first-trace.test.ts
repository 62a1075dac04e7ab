import { join } from 'node:path'
import { afterAll, expect, test } from 'bun:test'
import { migrate } from '#shared/store/migrate.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { openApp } from '../sdk/run-readme.ts'
import { pythonOf } from '../sdk/run-pytest.ts'
import { runCommand, serveHub } from '../sdk/serve-hub.ts'
import { openUi, valuesOf } from './open-ui.ts'
import { openSnippets } from './open-snippets.ts'
import { SENDERS, variablesIn } from './send-as.ts'

const snippets = await openSnippets()
afterAll(snippets.stop)
const { ui, project_id } = snippets
const hub = await serveHub()
const run = openApp()
const EMPTY = `/?project_id=${project_id}`

/** The hub and the project that a test uses, as a snippet is filled with them. */
const placeOf = (env: Record<string, string>) => ({
  url: env['TRACEHUB_BASE_URL'] ?? '',
  key: env['TRACEHUB_API_KEY'] ?? '',
})

/** The program that the empty list of a project shows for a language. */
async function programOf(language: string, env: Record<string, string>, lang = 'en'): Promise<string> {
  return (await snippets.textsOf(language, placeOf(env), lang))[language] ?? ''
}

const HELLO = { name: 'hello', status: 'success' }

for (const lang of ['en', 'ko']) {
  test(`the TypeScript of an empty list runs as it stands (${lang})`, async () => {
    const { items } = await hub.use(async (env) => run(await programOf('typescript', env, lang), {}))
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ ...HELLO, input_tokens: 21 })
  })

  test(`the command of an empty list runs as it stands (${lang})`, async () => {
    const { items } = await hub.use(async (env) =>
      runCommand(
        ['bash', '-euc', `curl() { command curl -sS "$@"; }\n${await programOf('curl', env, lang)}`],
        {},
      ),
    )
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ ...HELLO, input_tokens: 21 })
  })
}

suiteThatNeeds('python', 'the Python of an empty list', () => {
  test('the Python of an empty list runs as it stands', async () => {
    const python = await pythonOf()
    const { items } = await hub.use(async (env) =>
      runCommand([python, '-c', await programOf('python', env)], { PYTHONDONTWRITEBYTECODE: '1' }),
    )
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ ...HELLO, input_tokens: 21 })
  }, 300_000)
})

/** Every link to a client that the empty list of a project has. */
async function clientsOf(lang = 'en'): Promise<string[]> {
  const links = valuesOf(await ui.page(`${EMPTY}&lang=${lang}&client=nobody`), 'href')
  return links
    .filter((href) => href.includes('client='))
    .map((href) => new URL(href, 'http://x').searchParams.get('client') ?? '')
    .filter((client) => client !== 'nobody')
}

for (const { client, step, send, statuses } of SENDERS) {
  test(`with the variables of an empty list for ${step}, what the client sends is there`, async () => {
    const { items } = await hub.use(async (env) => {
      const answers = await send(await snippets.variablesOf(client, step, placeOf(env)))
      expect(answers.map(({ status }) => status)).toEqual(statuses)
      return { code: 0, out: '', err: '' }
    })
    expect(items.map(({ name }) => name)).toEqual(['hello'])
  })
}

test('every set of variables that an empty list shows is among those that are tried', async () => {
  const shown: string[] = []
  for (const client of await clientsOf()) {
    const texts = await snippets.textsOf(client, { url: 'http://localhost:8000', key: 'k' })
    for (const [step, text] of Object.entries(texts)) {
      if (text.startsWith('export ') && Object.keys(variablesIn(text)).length > 0) shown.push(step)
    }
  }
  expect(shown.toSorted()).toEqual(SENDERS.map(({ step }) => step).toSorted())
})

test('docs/integrations.md names every variable that an empty list shows', async () => {
  const page = await Bun.file(join(import.meta.dir, '../../docs/integrations.md')).text()
  const place = { url: 'http://localhost:8000', key: 'dev-key' }
  for (const { client, step } of SENDERS) {
    const variables = await snippets.variablesOf(client, step, place)
    const lines = Object.entries(variables).map(([name, value]) =>
      name.endsWith('HEADERS') ? `${name}="${value}"` : `${name}=${value}`,
    )
    expect(lines.filter((line) => !page.includes(`\n${line}`))).toEqual([])
  }
})

test('each way to send has its own address, its own texts and a button to copy each, in both languages', async () => {
  for (const lang of ['en', 'ko']) {
    const clients = await clientsOf(lang)
    expect(clients.toSorted()).toEqual([
      ...['langfuse', 'langgraph', 'langsmith', 'openinference', 'opentelemetry', 'python', 'traceloop'],
      ...['typescript', 'vercel_ai'],
    ])
    for (const client of clients) {
      const html = await ui.page(`${EMPTY}&lang=${lang}&client=${client}`)
      const shown = [...html.matchAll(/<pre id="(first-[\w-]+)"/g)].map(([, id = '']) => id)
      expect(valuesOf(html, 'data-copy-from')).toEqual(shown)
      expect(html).not.toContain('first-curl')
      expect(html).toMatch(new RegExp(`client=${client}[^"]*" aria-current="true"`))
    }
  }
})

test('the default project of a hub in development shows the key that writes to it, for every client', async () => {
  // Nobody else may have written to it.
  const { url, database, drop } = await freshDatabase()
  await migrate(database)
  const alone = await openUi({ url })
  const response = await alone.api.request('GET', '/api/v1/projects', { key: 'dev-key' })
  // The contract of the projects.
  const projects = (await response.json()) as { id: string; is_default: boolean }[]
  const id = projects.find(({ is_default }) => is_default)?.id
  for (const client of await clientsOf()) {
    const html = await alone.page(`/?project_id=${id}&client=${client}`)
    expect([client, /<pre id="first-[^>]+>[^<]*dev-key/.test(html)]).toEqual([client, true])
    expect(html).not.toContain('YOUR_PROJECT_KEY')
  }
  await alone.stop()
  await drop()
})

test('an empty list that is asked for a client that it does not know shows the command', async () => {
  const html = await ui.page(`${EMPTY}&client=%3Cscript%3E`)
  expect(html).toContain('<pre id="first-curl"')
  expect(html).not.toContain('client=<script>')
})
