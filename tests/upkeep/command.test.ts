import { afterAll, expect, test } from 'bun:test'
import { runCommand } from '../../ingest/upkeep/run-command.ts'
import { fill } from './fill.ts'
import { openHub } from './open-hub.ts'

const hub = await openHub()
afterAll(hub.stop)

async function run(argv: string[], is_tty = false) {
  let text = ''
  let opened = false
  const open = () => {
    opened = true
    return Promise.resolve(hub.deps)
  }
  const write = (more: string) => void (text += more)
  const code = await runCommand(argv, open, { write, is_tty })
  return { code, text, opened }
}

test('a command line that is wrong says what is wrong and how it goes, without opening the database', async () => {
  const project = crypto.randomUUID()
  const wrong: [argv: string[], line: string][] = [
    [['bogus'], 'There is no command bogus'],
    [['verify', 'more'], 'verify does not take more'],
    [['verify', '--trace', 't'], 'verify does not take --trace'],
    [['verify', '--day', '2026-13-01'], '--day 2026-13-01 is not a day like 2026-02-07'],
    [['verify', '--day', '2026-02-30'], '--day 2026-02-30 is not a day like 2026-02-07'],
    [['verify', '--project', 'x'], '--project x is not a project id'],
    [['retain', '--day', '2026-02-07'], 'retain does not take --day'],
    [['import'], 'import needs --from postgres://'],
    [['import', '--from', 'postgres://h/d', '--project', 'x'], '--project x is not a project id'],
    [['erase', '--trace', 't'], 'erase needs --project <id>'],
    [['erase', '--project', project], 'erase needs either --trace <id> or --user <id>'],
    [
      ['erase', '--project', project, '--trace', 't', '--user', 'u'],
      'erase needs either --trace <id> or --user <id>',
    ],
    [['verify', '--unknown'], "Unknown option '--unknown'"],
    [['--restart'], 'Name a command'],
  ]
  for (const [argv, line] of wrong) {
    const { code, text, opened } = await run(argv)
    expect([code, opened]).toEqual([2, false])
    expect(text.split('\n')[0]).toContain(line)
    expect(text).toContain('Usage: bun hub.ts <command>')
  }
  expect(await run(['--help'])).toMatchObject({ code: 0, opened: false })
})

test('verify prints a table, ends with 1 and names what is wrong when something is', async () => {
  const project = await hub.mint()
  await fill(hub, project, ['a'])
  const argv = ['verify', '--project', project.project_id]
  const clean = await run(argv)
  expect(clean.code).toBe(0)
  expect(clean.text).toMatch(/^100 % {2}bodies \d+ of \d+$/m)
  expect(clean.text).toMatch(/^traces count what a recount counts +1 +0$/m)
  await hub.sql`
    update traces t set total_spans = 99 from projects p
    where p.project_no = t.project_no and p.project_id = ${project.project_id}`
  const wrong = await run(argv)
  expect(wrong.code).toBe(1)
  expect(wrong.text).toMatch(/^traces count what a recount counts +1 +1$/m)
  expect(wrong.text).toContain('trace a: total_spans is 99 and should be 7')
  const mended = await run(['reproject', '--project', project.project_id])
  expect(mended.text).toContain('1 traces read again from the log, 1 changed.')
  expect((await run(argv)).code).toBe(0)
})

test('erase says what it took, and is in the audit as the operator', async () => {
  const project = await hub.mint()
  await fill(hub, project, ['a', 'b'])
  const { code, text } = await run(['erase', '--project', project.project_id, '--trace', 'a'])
  expect(code).toBe(0)
  expect(text).toMatch(/^1 traces with 7 spans erased, \d+ bodies rewritten\.$/m)
  const [row] = await hub.sql<{ actor: string; subject: string }[]>`
    select actor, subject from audit join projects using (project_no)
    where project_id = ${project.project_id} and action = 'trace.erased'`
  expect(row).toEqual({ actor: 'operator', subject: 'a' })
})

test('an unknown project is said in one line', async () => {
  for (const name of ['verify', 'reproject']) {
    const { code, text } = await run([name, '--project', crypto.randomUUID()])
    expect([code, text]).toEqual([1, 'project not found\n'])
  }
})

test('retain says what it deleted', async () => {
  const { code, text } = await run(['retain'])
  expect(code).toBe(0)
  expect(text).toMatch(/^0 traces and 0 bodies deleted, \d+ tables dropped, 0 outbox rows trimmed\.$/m)
})

test('on a terminal the progress is a bar that is written over', async () => {
  const project = await hub.mint()
  await fill(hub, project, ['a'])
  const { text } = await run(['reproject', '--project', project.project_id], true)
  expect(text).toContain('\r[########################] 100 %  traces 1 of 1\u001b[K\n')
})
