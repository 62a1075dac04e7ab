import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readTable } from '../tests/compose/caddyfile.ts'
import { openTestGateway } from '../tests/compose/test-gateway.ts'

/** The gateway of a fault run in a process of its own: argv has its two ports and, as JSON, who answers for each service. */
const [port = '0', internal = '0', replicas = '{}'] = process.argv.slice(2)
const table = readTable(readFileSync(join(import.meta.dir, '../Caddyfile'), 'utf8'))
const gateway = openTestGateway(table, { everybody: Number(port), pages: Number(internal) })
// Written by the run that starts this.
gateway.leadTo(JSON.parse(replicas) as Record<string, string[]>)
process.on('SIGTERM', () => {
  void gateway.stop().then(() => process.exit(0))
})
console.log(`gateway  ${gateway.url}`)
