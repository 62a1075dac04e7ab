/** Where a command writes to; on a terminal a line can be written over. */
export type Terminal = { write: (text: string) => void; is_tty: boolean }

/** Shows how far a piece of work is. */
export type Progress = { show(what: string, done: number, all: number): void; end(): void }

const WIDTH = 24
const LINE_EVERY_MS = 5000
const BAR_EVERY_MS = 100

export const grouped = (number: number): string => number.toLocaleString('en-US')

/** A bar that moves on a terminal; in a file or a pipe a plain line now and then. */
export function progress({ write, is_tty }: Terminal, clock: () => number): Progress {
  let shown_at = Number.NEGATIVE_INFINITY
  let open = ''
  let ended = ''

  function end() {
    if (is_tty && open) write('\n')
    open = ''
  }

  return {
    end,
    show(what, done, all) {
      if (open && open !== what) end()
      const is_last = done >= all && what !== ended
      if (is_last) ended = what
      const due = clock() - shown_at >= (is_tty ? BAR_EVERY_MS : LINE_EVERY_MS)
      if (!due && !is_last) return
      shown_at = clock()
      open = what
      const share = all === 0 ? 1 : done / all
      const percent = `${String(Math.floor(share * 100)).padStart(3)} %`
      const numbers = `${what} ${grouped(done)} of ${grouped(all)}`
      if (!is_tty) return write(`${percent}  ${numbers}\n`)
      const filled = Math.floor(share * WIDTH)
      write(`\r[${'#'.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${percent}  ${numbers}\u001b[K`)
    },
  }
}
