import type { Database, Transaction } from '#shared/store/connect.ts'

const BROKEN = 'the process ended here'

/** A database whose transactions end, undone, at a statement: as when their process is killed there. */
export function breakingAfter(database: Database, statements: number): Pick<Database, 'sql'> {
  const begin = (work: (sql: Transaction) => Promise<unknown>) =>
    database.sql.begin(async (sql) => {
      let left = statements
      const spend = () => {
        if (left-- <= 0) throw new Error(BROKEN)
      }
      const breaking = new Proxy(sql, {
        apply(target, self, args) {
          spend()
          return Reflect.apply(target, self, args)
        },
        get(target, name, receiver) {
          if (name === 'unsafe') spend()
          return Reflect.get(target, name, receiver)
        },
      })
      const done = await work(breaking)
      spend()
      return done
    })
  const sql = new Proxy(database.sql, {
    get: (target, name, receiver) => (name === 'begin' ? begin : Reflect.get(target, name, receiver)),
  })
  return { sql }
}
