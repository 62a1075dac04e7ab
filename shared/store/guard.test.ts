import { expect, test } from 'bun:test'
import { join } from 'node:path'

const GUARD = join(import.meta.dir, 'guard.ts')
const LOG = join(import.meta.dir, '../log.ts')

/** Runs a few lines in a guarded process of their own, which prints `alive` if it lives on. */
async function run(lines: string) {
  const script = `
    import { guardProcess } from '${GUARD}'
    import { jsonLog } from '${LOG}'
    guardProcess(jsonLog((line) => console.log(line)), () => process.exit(1))
    ${lines}
    setTimeout(() => console.log('alive'), 200)`
  const child = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe', stderr: 'pipe' })
  return { code: await child.exited, output: await new Response(child.stdout).text() }
}

test('a write to a dropped database connection does not end the process', async () => {
  const { code, output } = await run(`
    setImmediate(() => {
      const error = new TypeError("null is not an object (evaluating 'socket.write')")
      error.stack = error.message + '\\n at nextWrite (/x/node_modules/postgres/src/connection.js:255:15)'
      throw error
    })`)
  expect(output).toContain('a database connection dropped while it was written to')
  expect(output).toContain('alive')
  expect(code).toBe(0)
})

test('a like error from elsewhere ends the process with 1, and is logged', async () => {
  const { code, output } = await run(`
    setImmediate(() => {
      throw new TypeError("null is not an object (evaluating 'socket.write')")
    })`)
  expect(output).toContain('uncaught exception')
  expect(output).not.toContain('alive')
  expect(code).toBe(1)
})

test('a rejection that nobody caught ends the process with 1, and is logged', async () => {
  const { code, output } = await run(`void Promise.reject(new Error('planted'))`)
  expect(output).toContain('unhandled rejection')
  expect(output).toContain('planted')
  expect(output).not.toContain('alive')
  expect(code).toBe(1)
})

test('a statement that nobody waited for may fail with its connection', async () => {
  const { code, output } = await run(
    `void Promise.reject(Object.assign(new Error('write CONNECTION_CLOSED'), { code: 'CONNECTION_CLOSED' }))`,
  )
  expect(output).toContain('alive')
  expect(code).toBe(0)
})
