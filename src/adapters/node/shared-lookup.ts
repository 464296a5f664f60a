/**
 * Host names → addresses, asked anew for each connection, but one question at a time for each name. Node asks the system
 * on few threads: questions about a name that nobody answers would keep all others waiting.
 */
import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'

type Answer = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void

/** @param ask the system's */
export function createSharedLookup(
  ask: (hostname: string, options: LookupAllOptions, answer: Answer) => void = lookup,
): LookupFunction {
  const waiting = new Map<string, Answer[]>()
  return (hostname, { family, hints, all }, callback) => {
    const answer: Answer = (error, addresses) => {
      if (error !== null || all === true) callback(error, addresses)
      else callback(null, addresses[0]?.address ?? '', addresses[0]?.family)
    }
    const options: LookupAllOptions = { all: true, ...(family && { family }), ...(hints && { hints }) }
    const question = JSON.stringify([hostname, options])
    const others = waiting.get(question)
    if (others !== undefined) {
      others.push(answer)
      return
    }
    const answers = [answer]
    waiting.set(question, answers)
    ask(hostname, options, (error, addresses) => {
      waiting.delete(question)
      for (const each of answers) each(error, addresses)
    })
  }
}
