import { rmSync } from 'node:fs'
import { join } from 'node:path'

/** Writes the package's JavaScript and types into a folder, `dist` by default: `bun build.ts [folder]`. */
export function buildSdk(folder = join(import.meta.dir, 'dist')): void {
  rmSync(folder, { recursive: true, force: true })
  const compiler = Bun.resolveSync('typescript/package.json', import.meta.dir).replace(
    'package.json',
    'bin/tsc',
  )
  const { exitCode, stdout } = Bun.spawnSync(
    [process.execPath, compiler, '-p', join(import.meta.dir, 'tsconfig.json'), '--outDir', folder],
    { stdout: 'pipe', stderr: 'inherit' },
  )
  if (exitCode !== 0) throw new Error(`the package does not compile:\n${stdout.toString()}`)
}

if (import.meta.main) buildSdk(process.argv[2])
