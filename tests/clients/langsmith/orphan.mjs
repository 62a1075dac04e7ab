import { Client, RunTree } from 'langsmith'

const client = new Client()
const parent = new RunTree({ name: 'parent', run_type: 'chain', client })
const child = parent.createChild({ name: 'child', run_type: 'tool', inputs: { q: 1 } })
await child.postRun()
await child.end({ a: 2 })
await child.patchRun()
await client.awaitPendingTraceBatches()
