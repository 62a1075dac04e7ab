const SLICE_MS = 1
/** Giving way takes longer than this only where somebody else had something to do. */
const ALONE_MS = 0.1
/** Whoever is at work then goes first for so long: a request takes many turns, and each would wait for a slice. */
const REST_MS = 10

/** How the index is made: `polite` stands back while requests are at work, `prompt` only takes turns: somebody waits for it. */
export type Manner = 'polite' | 'prompt'

/** Gives way to whoever waits in this process, once a slice of time is used up. */
export function slices(manner: Manner): () => Promise<void> {
  let began = performance.now()
  return async () => {
    const now = performance.now()
    if (now - began < SLICE_MS) return
    await new Promise((go_on) => {
      setImmediate(go_on)
    })
    if (manner === 'polite' && performance.now() - now > ALONE_MS) await Bun.sleep(REST_MS)
    began = performance.now()
  }
}
