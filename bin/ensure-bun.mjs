// npm may skip install scripts (`--ignore-scripts`, allow-lists); Bun's own step fetches nothing and can run now.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../node_modules/bun', import.meta.url))
const works = () => spawnSync(`${folder}/bin/bun.exe`, ['--version']).status === 0

if (!works()) {
  spawnSync(process.execPath, ['install.js'], { cwd: folder, stdio: 'inherit' })
  if (!works()) {
    console.error(
      'Bun could not be set up in node_modules. Run `npm install` again, without --ignore-scripts.',
    )
    process.exit(1)
  }
}
