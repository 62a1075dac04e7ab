import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** What a postmaster writes about itself into its data directory. */
export type PostmasterFile = { pid: number; port: number; ready: boolean }

const pathOf = (cluster: string) => join(cluster, 'postmaster.pid')

function readLines(cluster: string): string[] | null {
  try {
    return readFileSync(pathOf(cluster), 'utf8').split('\n')
  } catch {
    return null
  }
}

/** Reads postmaster.pid: line 1 the pid, 4 the port, 8 the state; null when there is none. */
export function readPostmaster(cluster: string): PostmasterFile | null {
  const lines = readLines(cluster)
  const pid = Number(lines?.[0])
  if (!lines || !Number.isInteger(pid) || pid <= 0) return null
  return { pid, port: Number(lines[3] ?? 0), ready: lines[7]?.trim() === 'ready' }
}

/**
 * Lets a start pass over a postmaster.pid whose pid now belongs to something else: Postgres takes its own parent's pid
 * for a stale one. The rest stays, for by it Postgres still finds backends that outlived their postmaster.
 */
export function markStale(cluster: string) {
  const lines = readLines(cluster)
  if (lines) writeFileSync(pathOf(cluster), [process.pid, ...lines.slice(1)].join('\n'))
}

function commandOf(pid: number): string[] {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    } catch {
      return []
    }
  }
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    .stdout.trim()
    .split(' ')
}

/** Whether a process is alive and is a postmaster over this very cluster. */
export function isPostmaster(pid: number, cluster: string): boolean {
  const [program = '', ...rest] = commandOf(pid)
  return basename(program) === 'postgres' && rest.join(' ').includes(`-D ${cluster} `)
}
