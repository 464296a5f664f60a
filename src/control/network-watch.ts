/**
 * Looks at the machine's addresses now and then: a laptop that joins another network needs a certificate for it.
 */
const EVERY_MS = 30_000

/**
 * @param refresh does the looking; it is not called again while it runs
 * @returns stops the watch
 */
export function watchNetwork(refresh: () => Promise<void>, everyMs: number = EVERY_MS): () => void {
  let busy = false
  const timer = setInterval(async () => {
    if (busy) return
    busy = true
    await refresh().finally(() => {
      busy = false
    })
  }, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}
