import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second of /proc (`getconf CLK_TCK`), 100 on every Linux in use. */
const TICK_US = 10_000

/** User and system CPU time that a process has used, in microseconds; 0 when it is gone. */
export function usedBy(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * TICK_US
  } catch {
    return 0
  }
}

/** The processes that another has started. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => {
      try {
        return Number(readFileSync(`/proc/${child}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]) === pid
      } catch {
        return false
      }
    })
}

/** CPU time of the hub and of its Postgres, backends included, in microseconds. */
export function cpuOf(hub: number, postmaster: number): { hub: number; postgres: number } {
  const postgres = [postmaster, ...childrenOf(postmaster)].reduce((sum, pid) => sum + usedBy(pid), 0)
  return { hub: usedBy(hub), postgres }
}

/** Proportional memory (PSS) of the same processes, in MB. */
export function memoryOf(hub: number, postmaster: number): number {
  const kilobytes = [hub, postmaster, ...childrenOf(postmaster)].map((pid) => {
    try {
      return Number(/^Pss: +(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
    } catch {
      return 0
    }
  })
  return Math.round(kilobytes.reduce((sum, pss) => sum + pss, 0) / 1024)
}
