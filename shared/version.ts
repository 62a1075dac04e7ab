import { readFileSync } from 'node:fs'

const MANIFEST = readFileSync(new URL('../package.json', import.meta.url), 'utf8')

/** Which release of the hub this is. */
export const VERSION = /"version":\s*"([^"]+)"/.exec(MANIFEST)?.[1] ?? 'unknown'
