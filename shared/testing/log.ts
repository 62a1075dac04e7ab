import { jsonLog, type Log } from '../log.ts'

type Entry = { level: string; message: string }

/** A log that is kept, to see what was told and how often. */
export function testLog(): { log: Log; entries: () => Entry[]; told: (message: string) => number } {
  const lines: string[] = []
  const entries = () => lines.map((line) => JSON.parse(line) as Entry)
  return {
    log: jsonLog((line) => void lines.push(line)),
    entries,
    told: (message) => entries().filter((entry) => entry.message.startsWith(message)).length,
  }
}
