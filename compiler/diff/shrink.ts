/**
 * Makes a witness as plain as it can be.
 */
import { type AbstractRequest, PLAIN } from './abstract-request.ts'

type Plain = keyof typeof PLAIN

/** Facts in which a request differs from a plain one, lists and headers counted by their entries. */
export function weight(request: AbstractRequest): number {
  return ASPECTS.reduce((sum, aspect) => sum + size(request, aspect), 0)
}

/** Takes back one fact after the other, as long as the request stays what it is wanted for. */
export function shrink(
  request: AbstractRequest,
  isWanted: (request: AbstractRequest) => boolean,
): AbstractRequest {
  const candidates = ASPECTS.flatMap((aspect) =>
    size(request, aspect) === 0 ? [] : without(request, aspect),
  )
  const next = candidates.find(isWanted)
  return next === undefined ? request : shrink(next, isWanted)
}

const ASPECTS = Object.keys(PLAIN) as Plain[]

function size(request: AbstractRequest, aspect: Plain): number {
  const value = request[aspect]
  if (Array.isArray(value)) return value.length
  if (typeof value === 'object' && value !== null) return Object.keys(value).length
  return value === PLAIN[aspect] ? 0 : 1
}

/** The request with the whole aspect plain, and with each entry of it gone. */
function without(request: AbstractRequest, aspect: Plain): AbstractRequest[] {
  return plainer(request[aspect], PLAIN[aspect]).map((value) =>
    Object.assign({}, request, { [aspect]: value }),
  )
}

function plainer(value: unknown, plain: unknown): unknown[] {
  if (Array.isArray(value)) return [plain, ...value.map((_, i) => value.toSpliced(i, 1))]
  if (typeof value !== 'object' || value === null) return [plain]
  const entries = Object.entries(value)
  return [plain, ...entries.map((_, i) => Object.fromEntries(entries.toSpliced(i, 1)))]
}
