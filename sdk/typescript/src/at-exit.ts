import type { Sender } from './sender.ts'

/** What the end of the process asks of a client. */
type Ending = {
  sender: Pick<Sender, 'pending' | 'flush' | 'close' | 'heldUpMs'>
  exitTimeoutMs: number
  /** The very last word, with no time left to wait. */
  lastWord: () => void
}

const endings = new Set<Ending>()
const SIGNALS = ['SIGTERM', 'SIGINT'] as const
let watching = false

const isUnsent = ({ sender, exitTimeoutMs }: Ending) => exitTimeoutMs > 0 && sender.pending > 0

async function flushOrClose({ sender, exitTimeoutMs }: Ending): Promise<void> {
  try {
    await sender.flush(Math.max(0, exitTimeoutMs - sender.heldUpMs))
  } catch {
    // What is under way must not hold the process up any longer.
    if (sender.pending > 0) sender.close()
  }
}

/** Sends what waits within its bound; what cannot be sent by then is given up. */
const flushAll = () => Promise.all([...endings].filter(isUnsent).map(flushOrClose))

/** The process has run out of work. */
const onBeforeExit = () => void flushAll()

/**
 * A signal that would end the process ends it all the same, after the flush. Where the app has a handler of its own,
 * when to end is its business.
 */
function onSignal(signal: (typeof SIGNALS)[number]): void {
  const { process } = globalThis
  const is_alone = process.listenerCount(signal) === 1
  if (is_alone) process.off(signal, onSignal)
  const end = async () => {
    await flushAll()
    if (is_alone) process.kill(process.pid, signal)
  }
  void end()
}

function onExit(): void {
  for (const ending of endings) if (isUnsent(ending)) ending.lastWord()
}

function watch(): void {
  const { process } = globalThis
  if (watching || typeof process?.on !== 'function') return
  watching = true
  process.on('beforeExit', onBeforeExit)
  process.on('exit', onExit)
  for (const signal of SIGNALS) process.on(signal, onSignal)
}

/** Flushes a client when the process ends; the function that is given back forgets it. */
export function atExit(ending: Ending): () => void {
  endings.add(ending)
  watch()
  return () => void endings.delete(ending)
}
