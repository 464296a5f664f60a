/** Waits, unless the signal cuts it short. @throws its reason */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error)
      return
    }
    const cut = (): void => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', cut)
      resolve()
    }, ms)
    signal.addEventListener('abort', cut, { once: true })
  })
}
