import { basename } from 'node:path'

type Repair = [from: string, to: string]

/** The lines of postgres 3.4.9 that are wrong on a closed socket, and what they have to be, by file. */
const REPAIRS: Record<string, Repair[]> = {
  'connection.js': [
    [
      `    if (stream)
      return queryError(q, Errors.generic('COPY_IN_PROGRESS'`,
      `    if (socket === null) {
      queryError(q, Errors.connection('CONNECTION_CLOSED', options))
      return true
    }

    if (stream)
      return queryError(q, Errors.generic('COPY_IN_PROGRESS'`,
    ],
    [
      `    clearImmediate(nextWriteTimer)
    socket.removeListener('data', data)`,
      `    clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = errorResponse = null
    socket.removeListener('data', data)`,
    ],
    [
      `    !hadError && (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))`,
      `    if (query || sent.length) error(Errors.connection('CONNECTION_CLOSED', options, socket))
    query = results = null
    result = new Result()`,
    ],
  ],
  'index.js': [
    [
      '        new Promise((_, reject) => connection.onclose = reject)',
      '        new Promise((_, reject) => connection.onclose = e => reject(lost = e))',
    ],
    [
      `      , prepare = null

    try {`,
      `      , prepare = null
      , lost = null

    try {`,
    ],
    [
      `        c.queue === full
          ? queries.push(q)`,
      `        lost
          ? q.reject(lost)
          : c.queue === full
          ? queries.push(q)`,
    ],
  ],
}

function repair(file: string, source: string): string {
  return (REPAIRS[file] ?? []).reduce((text, [from, to]) => {
    if (!text.includes(from))
      throw new Error('postgres is not the version that was repaired: see whether it still has to be')
    return text.replace(from, to)
  }, source)
}

/*
 * A statement on a connection that had just dropped (the rollback of its transaction) throws outside any promise, and
 * leaves bytes behind that block that place of the pool for 25 s (porsager/postgres #1154, #1208, open). And a
 * transaction that was given up goes on sending: what it sends while its connection is made anew shifts every later
 * answer by one. So the module is repaired as it is loaded.
 */
Bun.plugin({
  name: 'postgres-closed-socket',
  setup(build) {
    build.onLoad({ filter: /\/postgres\/src\/(connection|index)\.js$/ }, async ({ path }) => ({
      contents: repair(basename(path), await Bun.file(path).text()),
      loader: 'js',
    }))
  },
})

/** The one place where postgres.js is loaded. */
export const { default: postgres } = await import('postgres')
