import { runPolicyCommand } from './run-command.ts'

process.exitCode = await runPolicyCommand(process.argv.slice(2), {
  say: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`${line}\n`),
  cwd: process.cwd(),
})
