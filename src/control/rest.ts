/** Waits that can be cut short: by who has news for the one that waits, and for good when it is to stop. */

export interface Rest {
  /** Returns at once after the stop. @param ms how long, unless it is woken */
  pause: (ms: number) => Promise<void>
  /** Ends the pause that is under way, if there is one. */
  wake: () => void
}

/** For one that waits for one thing at a time. @param stop ends all pauses */
export function createRest(stop: AbortSignal): Rest {
  let end: (() => void) | null = null
  const wake = (): void => end?.()
  stop.addEventListener('abort', wake)
  return {
    async pause(ms) {
      if (stop.aborted) return
      const over = Promise.withResolvers<void>()
      const timer = setTimeout(over.resolve, ms)
      // It is no reason for a process to go on.
      timer.unref()
      end = over.resolve
      await over.promise
      clearTimeout(timer)
      end = null
    },
    wake,
  }
}
