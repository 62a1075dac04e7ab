import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { testHub } from '#shared/testing/hub.ts'
import { decide } from '../../decide/service.ts'
import { ingest } from '../../ingest/service.ts'
import { query } from '../../query/service.ts'

async function run(folder: string, command: string[], env: Record<string, string> = {}) {
  const { PATH = '', HOME = '/tmp' } = process.env
  const child = Bun.spawn(command, {
    cwd: folder,
    env: { PATH, HOME, PYTHONDONTWRITEBYTECODE: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, said: `${out}${err}` }
}

type Suite = {
  folder: string
  /** The file that names the packages: when it changes, the environment is made anew. */
  manifest: string
  /** What pip is to install. */
  packages: string[]
}

/** Runs while no other process does so in the same folder: test files run side by side. */
async function alone<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = join(folder, '.venv-is-made')
  const take = () => {
    try {
      mkdirSync(lock)
      return true
    } catch {
      return false
    }
  }
  for (let tries = 0; !take(); tries++) {
    // Left behind by a process that was killed.
    if (tries > 1200) rmSync(lock, { recursive: true, force: true })
    await Bun.sleep(100)
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

const OF_SDK: Suite = {
  folder: join(import.meta.dir, '../../sdk/python'),
  manifest: 'pyproject.toml',
  packages: ['--editable', '.[test]'],
}

/** The Python of a virtual environment in the folder, made once; by default one with the SDK in it. */
export const pythonOf = (suite = OF_SDK): Promise<string> => alone(suite.folder, () => makeVenvHere(suite))

async function makeVenvHere({ folder, manifest, packages }: Suite): Promise<string> {
  const venv = join(folder, '.venv')
  const python = join(venv, 'bin/python')
  const text = await Bun.file(join(folder, manifest)).text()
  const made = join(venv, 'made-of', Bun.hash(text).toString())
  if (existsSync(made)) return python
  for (const command of [
    ['python3', '-m', 'venv', '--clear', venv],
    [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages],
  ]) {
    const { code, said } = await run(folder, command)
    if (code !== 0) throw new Error(`${command.join(' ')} failed: ${said}`)
  }
  mkdirSync(made, { recursive: true })
  return python
}

/** Runs the pytest suite of a folder against a hub of its own; what pytest said and how it ended. */
export async function runPytest(suite: Suite): Promise<{ code: number; said: string }> {
  const python = await pythonOf(suite)
  const hub = await testHub([ingest, decide, query])
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => hub.api.fetch(request) })
  try {
    const command = [python, '-m', 'pytest', '-q', '-p', 'no:cacheprovider']
    return await run(suite.folder, command, { TRACEHUB_TEST_HUB: `http://127.0.0.1:${server.port}` })
  } finally {
    await server.stop(true)
    await hub.stop()
  }
}
