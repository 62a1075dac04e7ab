import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const CLIENTS = join(import.meta.dir, 'clients')

const MANIFESTS = ['package.json', 'requirements.txt']
const has = (folder: string, file: string) => existsSync(join(CLIENTS, folder, file))

/** Installs each third-party client from its own lockfile and runs its checks against this hub: `npm run clients [name …]`. */
async function checkClients(names: string[]): Promise<number> {
  const folders = readdirSync(CLIENTS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && MANIFESTS.some((file) => has(entry.name, file)))
    .map(({ name }) => name)
    .filter((name) => names.length === 0 || names.includes(name))
  // Those in Python make their environment themselves.
  for (const name of folders.filter((folder) => has(folder, 'package.json'))) {
    const cwd = join(CLIENTS, name)
    const quiet = ['--no-audit', '--no-fund', '--silent']
    const installed = await Bun.spawn(['npm', 'ci', ...quiet], {
      cwd,
      stdio: ['ignore', 'inherit', 'inherit'],
    }).exited
    if (installed !== 0) return installed
  }
  const checks = folders.flatMap((name) =>
    readdirSync(join(CLIENTS, name))
      .filter((file) => file.endsWith('.check.ts'))
      .map((file) => `./tests/clients/${name}/${file}`),
  )
  const root = join(import.meta.dir, '..')
  const command = [process.execPath, 'test', '--timeout', '60000', ...checks]
  return Bun.spawn(command, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).exited
}

process.exit(await checkClients(process.argv.slice(2)))
