import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'bun:test'
import { buildSdk } from '../../sdk/typescript/build.ts'

const SDK = join(import.meta.dir, '../../sdk/typescript')

/** The TypeScript of the README, by what stands behind `ts` at its fence. */
export async function readBlocks(kind: string): Promise<string[]> {
  const text = await Bun.file(join(SDK, 'README.md')).text()
  return [...text.matchAll(/^```ts ?(\w*)\n([\s\S]*?)^```$/gm)]
    .filter((match) => (match[1] ?? '') === kind)
    .map((match) => match[2] ?? '')
}

/** A folder with the built package in it, and other packages from where they are, in which code runs as in an app. */
export function openApp(packages: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hub-sdk-app-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, 'llm-trace-hub'), { recursive: true })
  buildSdk(join(modules, 'llm-trace-hub/dist'))
  symlinkSync(join(SDK, 'package.json'), join(modules, 'llm-trace-hub/package.json'))
  for (const [name, path] of Object.entries(packages)) symlinkSync(path, join(modules, name))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  return async (code: string, env: Record<string, string>) => {
    const file = join(folder, `${crypto.randomUUID()}.ts`)
    writeFileSync(file, code)
    const { PATH = '' } = process.env
    const child = Bun.spawn([process.execPath, file], {
      env: { PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [out, err] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ])
    return { code: await child.exited, out, err }
  }
}
