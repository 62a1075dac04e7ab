import { ConfigError, readConfig } from '../config.ts'
import { jsonLog } from '../log.ts'
import { StartError } from '../start-error.ts'
import { guardProcess } from '../store/guard.ts'
import { endOnSignal } from './end-on-signal.ts'
import type { Start } from './open-deps.ts'

/** Runs a process from its configuration to the signal that ends it; what cannot start is told in one line. */
export async function runProcess(begin: (start: Start) => Promise<void>): Promise<void> {
  const log = jsonLog()
  const exit = (code: number) => process.exit(code)
  guardProcess(log, () => exit(1))
  try {
    const say = (line: string) => console.log(line)
    const config = readConfig()
    await begin({ config, ...endOnSignal(log, exit, config.drain_seconds * 1000), log, say })
  } catch (error) {
    if (!(error instanceof StartError) && !(error instanceof ConfigError)) throw error
    console.error(error.message)
    exit(1)
  }
}
