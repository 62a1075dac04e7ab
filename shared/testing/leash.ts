import { spawn } from 'node:child_process'

/** Kills a process when this one ends, however it ends, or when the function that is given back is called. */
export function leash(pid: number): () => void {
  const shell = spawn('sh', ['-c', `cat >/dev/null; kill -9 ${pid}`], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.unref()
  return () => void shell.stdin.end()
}
