import { join } from 'node:path'
import { writeCaddyfile } from './caddyfile.ts'

await Bun.write(join(import.meta.dir, '../../Caddyfile'), writeCaddyfile())
