import type { TestProject } from '../../shared/testing/project.ts'
import { serveOtlp } from '../otlp/serve-otlp.ts'
import { pythonOf } from '../sdk/run-pytest.ts'
import { openSnippets } from '../ui/open-snippets.ts'

/** A client from PyPI as its users have it: its packages, a hub, and the variables that an empty list shows for it. */
export async function openPython(folder: string) {
  const hub = await serveOtlp()
  const snippets = await openSnippets()
  const manifest = 'requirements.txt'
  const suite = { folder, manifest, packages: ['--requirement', manifest] }

  /** Runs a script with the variables of a way to send; gives what the hub was told. */
  async function play(
    project: TestProject,
    script: string,
    [client, step]: [string, string],
    more: Record<string, string> = {},
  ) {
    const variables = await snippets.variablesOf(client, step, { url: hub.url, key: project.key })
    const env = { ...variables, PYTHONDONTWRITEBYTECODE: '1', ...more }
    await hub.run(folder, script, env, await pythonOf(suite))
    return hub.told(project)
  }

  async function stop() {
    await snippets.stop()
    await hub.stop()
  }

  return { hub, suite, play, stop }
}
