/** Ids of calls: the wire's where it gives one of its own to each, as clients tell calls apart by nothing else. */
export interface CallIds {
  take: (id: unknown, index: number) => string
}

export function createCallIds(askedId: string): CallIds {
  const taken = new Set<string>()
  return {
    take(id, index) {
      const own = typeof id === 'string' && id !== '' && !taken.has(id) ? id : `call_${askedId}_${index}`
      taken.add(own)
      return own
    },
  }
}
