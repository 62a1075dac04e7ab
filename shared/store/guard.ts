import type { Log } from '../log.ts'
import { isUnavailable } from './failure.ts'

/** What postgres.js throws outside any promise when it writes to a connection that has just dropped. */
const isDroppedWrite = (error: unknown): boolean =>
  error instanceof TypeError &&
  error.message.includes('socket.write') &&
  (error.stack ?? '').includes('postgres/src/connection.js')

/**
 * Keeps a dropped database connection from ending the process: what was under way on it has failed by itself. Any other
 * failure that nobody caught is logged and ends it through `fail`.
 */
export function guardProcess(log: Log, fail: () => void) {
  process.on('uncaughtException', (error: unknown) => {
    if (isDroppedWrite(error)) {
      log.warn('a database connection dropped while it was written to', {}, error)
      return
    }
    log.error('uncaught exception', {}, error)
    fail()
  })
  process.on('unhandledRejection', (reason: unknown) => {
    if (isUnavailable(reason)) {
      log.warn('a statement that nobody waited for failed with its connection', {}, reason)
      return
    }
    log.error('unhandled rejection', {}, reason)
    fail()
  })
}
