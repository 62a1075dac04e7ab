import { benchDecide } from './decide.ts'
import { benchIngest } from './ingest.ts'
import { readOptions, USAGE, UsageError } from './options.ts'
import { benchReads } from './reads.ts'
import { benchSearch } from './search.ts'
import { benchUi } from './ui.ts'

const RUN = { ingest: benchIngest, decide: benchDecide, reads: benchReads, search: benchSearch, ui: benchUi }

try {
  const { benches, options } = readOptions(process.argv.slice(2))
  for (const bench of benches) await RUN[bench](options)
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`${error.message}\n\n${USAGE}`)
  process.exit(2)
}
