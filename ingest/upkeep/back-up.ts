import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import { restoreBackup, type Restored } from '#shared/store/backup/restore-backup.ts'
import { writeBackup, type Written } from '#shared/store/backup/write-backup.ts'

type Hear = (done: number, all: number) => void

const deed = (clock: () => number) => ({ at: new Date(clock()), actor: 'operator', project_no: null })

/** Writes everything that the database holds into a file, as it was at one moment. */
export async function backUp({ database, config, clock }: Deps, file: string, hear: Hear): Promise<Written> {
  const job = { secret: config.secret_key, now: new Date(clock()), hear }
  const written = await writeBackup(database, file, job)
  await writeAudit(database.sql, {
    ...{ ...deed(clock), action: 'backup.written', subject: 'database' },
    detail: { ...written },
  })
  return written
}

/** Brings a backup back into an empty database. */
export const restore = async (
  { database, config, clock }: Deps,
  file: string,
  hear: Hear,
): Promise<Restored> =>
  restoreBackup(database, file, {
    ...{ secret: config.secret_key, hear },
    note: (sql) => writeAudit(sql, { ...deed(clock), action: 'backup.restored', subject: 'database' }),
  })
