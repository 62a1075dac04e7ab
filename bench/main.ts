import { benchIngest } from './ingest.ts'
import { readOptions, USAGE, UsageError } from './options.ts'
import { benchReads } from './reads.ts'
import { benchUi } from './ui.ts'

const RUN = { ingest: benchIngest, reads: benchReads, ui: benchUi }

try {
  const { benches, options } = readOptions(process.argv.slice(2))
  for (const bench of benches) await RUN[bench](options)
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`${error.message}\n\n${USAGE}`)
  process.exit(2)
}
