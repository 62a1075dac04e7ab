import type { Totals } from './post.ts'

const WIDTH = 28

const items = ({ accepted, duplicates }: Totals) => `${(accepted + duplicates).toLocaleString('en-US')} items`

/** Shows how far the sending is: a bar on a terminal, else a line for each tenth. */
export function progress(total: number, totals: Totals): { step(): void; stop(): void } {
  const is_terminal = process.stdout.isTTY
  let done = 0
  let drawn_at = 0
  let tenth = 0

  function draw(): void {
    const filled = Math.round((done / total) * WIDTH)
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled)
    process.stdout.write(`\r  ${bar} ${done}/${total} traces, ${items(totals)}\u001b[K`)
    drawn_at = Date.now()
  }

  function tell(): void {
    const reached = Math.floor((done / total) * 10)
    if (reached === tenth) return
    tenth = reached
    console.log(`  ${done}/${total} traces, ${items(totals)}`)
  }

  return {
    step() {
      done++
      if (!is_terminal) tell()
      else if (done === total || Date.now() - drawn_at > 80) draw()
    },
    stop() {
      if (is_terminal && done > 0) process.stdout.write('\n')
    },
  }
}
