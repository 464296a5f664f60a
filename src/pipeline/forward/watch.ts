/**
 * One timer for all deadlines of a request. It does not move when bytes do: it looks when the nearest
 * deadline may have come, and sleeps again, so a chunk costs no timer.
 */

/**
 * @param check does what is due and returns ms until the next look; Infinity ends the watch
 * @returns stop
 */
export function watch(check: (now: number) => number): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null
  const look = (): void => {
    const wait = check(Date.now())
    if (Number.isFinite(wait)) timer = setTimeout(look, Math.max(1, wait))
  }
  look()
  return () => {
    if (timer !== null) clearTimeout(timer)
  }
}
