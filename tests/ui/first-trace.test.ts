import { afterAll, expect, test } from 'bun:test'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { openApp } from '../sdk/run-readme.ts'
import { pythonOfSdk } from '../sdk/run-pytest.ts'
import { runCommand, serveHub } from '../sdk/serve-hub.ts'
import { openUi } from './open-ui.ts'

const ui = await openUi()
afterAll(ui.stop)
const hub = await serveHub()
const run = openApp()

/** The code that the empty list of a project shows in a language, with the key and the hub of a test. */
async function snippetOf(language: string, env: Record<string, string>, lang = 'en'): Promise<string> {
  const { project_id } = await ui.mint()
  const html = await ui.page(`/?project_id=${project_id}&lang=${lang}`)
  const code = new RegExp(`<pre id="first-${language}"[^>]*>([^<]+)</pre>`).exec(html)?.[1] ?? ''
  const plain = code
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
  expect(plain).toContain('"YOUR_PROJECT_KEY"')
  return plain
    .replace('YOUR_PROJECT_KEY', env['TRACEHUB_API_KEY'] ?? '')
    .replace(/"http:[^"]+"/, `"${env['TRACEHUB_BASE_URL']}"`)
}

for (const lang of ['en', 'ko']) {
  test(`the TypeScript of an empty list runs as it stands (${lang})`, async () => {
    const { items } = await hub.use(async (env) => run(await snippetOf('typescript', env, lang), {}))
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ name: 'hello', status: 'success', input_tokens: 21 })
  })
}

suiteThatNeeds('python', 'the Python of an empty list', () => {
  test('the Python of an empty list runs as it stands', async () => {
    const python = await pythonOfSdk()
    const { items } = await hub.use(async (env) =>
      runCommand([python, '-c', await snippetOf('python', env)], { PYTHONDONTWRITEBYTECODE: '1' }),
    )
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ name: 'hello', status: 'success', input_tokens: 21 })
  }, 300_000)
})
