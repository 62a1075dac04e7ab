const SLICE_MS = 3

/** Gives way to whoever waits in this process, once a slice of time is used up. */
export function slices(): () => Promise<void> {
  let began = performance.now()
  return async () => {
    if (performance.now() - began < SLICE_MS) return
    await new Promise((go_on) => {
      setImmediate(go_on)
    })
    began = performance.now()
  }
}
