import type { Deps } from '#shared/service.ts'
import { runCommand } from '../../ingest/upkeep/run-command.ts'

/** Runs one command of the operator over some deps: its exit code, and what it wrote. */
export async function run(deps: Deps, ...argv: string[]): Promise<{ code: number; text: string }> {
  let text = ''
  const write = (more: string) => void (text += more)
  const code = await runCommand(argv, () => Promise.resolve(deps), { write, is_tty: false })
  return { code, text }
}
