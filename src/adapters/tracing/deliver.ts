/** Traces on the wire → what became of each: in requests that are not too large, and in halves where one spoils it for all. */
import type { TraceDelivery } from '../../table/trace-sink.ts'
import { splitBySize } from './split-by-size.ts'

/** A trace on the wire. */
export interface Parcel {
  seq: number
  /** Its spans or events, joined by commas. */
  json: string
  /** Ids of its events; empty for spans. */
  events: readonly string[]
}

export type Judgement =
  | {
      kind: 'taken'
      done: number[]
      refused: number[]
      dead: { seq: number; why: string }[]
      /** Spans of those that are done which it did not take after all. */
      spansRefused?: number
    }
  /** What was sent is at fault, or a part of it. `isFinal`: left out, it is; else it may be the sink, and the trace is tried again. */
  | { kind: 'unfit'; why: string; isFinal?: false }
  /** Nothing of it was taken, for now. */
  | { kind: 'untaken'; why: string; retryAfterMs: number | null }
  /** Nobody knows. */
  | { kind: 'in-doubt'; why: string }

export interface DeliverOptions {
  /** Characters of one request. */
  most: number
  post: (parcels: readonly Parcel[]) => Promise<Judgement>
}

/** Traces that stood alone and were refused, with none in between that was taken: it is ill by now. */
const MOST_IN_A_ROW = 3

type Delivery = {
  -readonly [Key in keyof TraceDelivery]: TraceDelivery[Key] extends readonly (infer Item)[]
    ? Item[]
    : TraceDelivery[Key]
}

/** Once something is wrong with the sink itself, the rest is not sent. One that took others before is well, until it refuses some in a row. */
export async function deliver(
  parcels: readonly Parcel[],
  { most, post }: DeliverOptions,
): Promise<TraceDelivery> {
  const delivery = nothingDelivered()
  const groups = splitBySize(parcels, most)
  let isIll = false
  let refusedInARow = 0
  for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
    if (isIll) {
      delivery.back.push(...group.map(({ seq }) => seq))
      continue
    }
    const judgement = await post(group)
    if (judgement.kind === 'unfit' && group.length > 1) {
      // One of them may spoil it for all: halves, until it stands alone.
      const middle = Math.ceil(group.length / 2)
      groups.unshift(group.slice(0, middle), group.slice(middle))
      continue
    }
    book(delivery, judgement, group)
    if (judgement.kind === 'taken') {
      refusedInARow = 0
      isIll = judgement.refused.length > 0
    } else if (judgement.kind !== 'unfit') isIll = true
    else if (judgement.isFinal === false) {
      refusedInARow += 1
      isIll = delivery.done.length === 0 || refusedInARow === MOST_IN_A_ROW
    }
  }
  return delivery
}

export function nothingDelivered(): Delivery {
  const lists = { done: [], back: [], refused: [], dead: [] }
  return { ...lists, spansRefused: 0, inDoubt: 0, retryAfterMs: null, problem: null }
}

function book(delivery: Delivery, judgement: Judgement, parcels: readonly Parcel[]): void {
  const seqs = parcels.map(({ seq }) => seq)
  switch (judgement.kind) {
    case 'taken':
      delivery.done.push(...judgement.done)
      delivery.refused.push(...judgement.refused)
      delivery.dead.push(...judgement.dead)
      delivery.spansRefused += judgement.spansRefused ?? 0
      if (judgement.refused.length > 0) delivery.problem = 'it refuses some of them for now'
      return
    case 'unfit':
      if (judgement.isFinal === false) {
        delivery.refused.push(...seqs)
        delivery.problem = judgement.why
      } else delivery.dead.push(...seqs.map((seq) => ({ seq, why: judgement.why })))
      return
    case 'untaken':
      delivery.back.push(...seqs)
      delivery.problem = judgement.why
      delivery.retryAfterMs = judgement.retryAfterMs
      return
    case 'in-doubt':
      delivery.inDoubt += seqs.length
      delivery.problem = judgement.why
      return
  }
}
