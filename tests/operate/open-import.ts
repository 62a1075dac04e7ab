import { expect } from 'bun:test'
import { runCommand } from '../../ingest/upkeep/run-command.ts'
import { DECISION_STEPS } from '../../decide/import/steps.ts'
import { openHub } from '../upkeep/open-hub.ts'
import { openMvp, type Mvp } from './mvp.ts'

export type Json = Record<string, unknown>

/** What the summary says of a table: read, new, there before, refused. */
export const countsOf = (text: string, table: string): number[] =>
  (new RegExp(`^${table} +(.*)$`, 'm').exec(text)?.[1] ?? '')
    .trim()
    .replaceAll(',', '')
    .split(/ +/)
    .map(Number)

/** A hub into which databases of the MVP are brought over. */
export async function openImport() {
  const hub = await openHub()
  const opened: Mvp[] = []

  /** Runs the command as `npm run hub` does; its exit code and what it wrote. */
  async function run(...argv: string[]): Promise<{ code: number; text: string }> {
    let text = ''
    const terminal = { write: (more: string) => void (text += more), is_tty: false }
    const code = await runCommand(argv, () => Promise.resolve(hub.deps), terminal, DECISION_STEPS)
    return { code, text }
  }

  /** Asks the hub as an administrator of this project would. */
  async function ask(project_id: string, path: string, method = 'GET', body?: unknown): Promise<Json> {
    const response = await hub.api.request(method, path, {
      key: 'dev-key',
      headers: { 'x-project-id': project_id },
      ...(body === undefined ? {} : { body }),
    })
    // Every answer of the API is a JSON object or a list, errors included.
    const json = (await response.json()) as Json
    if (response.status !== 200) throw new Error(`${path} gave ${response.status}: ${JSON.stringify(json)}`)
    return json
  }

  /** Every row of the record and of what hangs on it, of some projects, without what is of the run itself. */
  async function rowsOf(project_ids: string[]): Promise<Record<string, number>> {
    const tables = [
      'traces',
      'spans',
      'span_events',
      'evals',
      'policies',
      'policy_versions',
      'decisions',
      'judge_runs',
    ]
    const rows: Record<string, number> = {}
    for (const table of [...tables, 'cases', 'case_history', 'case_traces', 'api_keys']) {
      const [row] = await hub.sql<{ n: number }[]>`
        select count(*)::int n from ${hub.sql(table)} where project_no in (
          select project_no from projects where project_id = any(${project_ids}::uuid[]))`
      rows[table] = row?.n ?? -1
    }
    const [bodies] = await hub.sql<{ n: number }[]>`
      select count(*)::int n from log where body is not null and project_no in (
        select project_no from projects where project_id = any(${project_ids}::uuid[]))`
    return { ...rows, bodies: bodies?.n ?? -1 }
  }

  async function expectClean(project_id: string): Promise<void> {
    const { code, text } = await run('verify', '--project', project_id)
    expect({ code, text: code === 0 ? '' : text }).toEqual({ code: 0, text: '' })
    expect((await run('reproject', '--project', project_id)).text).toContain(', 0 changed.')
  }

  return {
    hub,
    run,
    ask,
    rowsOf,
    expectClean,
    /** An empty database of the MVP. */
    async mvp(): Promise<Mvp> {
      const old = await openMvp()
      opened.push(old)
      return old
    },
    async stop() {
      await hub.stop()
      for (const old of opened) await old.drop()
    },
  }
}
