/** What the forward stage tells of a request's way: to its bill, or to nobody. */
import type { Bill } from './bill.ts'

/** The part of a bill that the forward stage writes on. */
export type Tally = Pick<Bill, 'enter' | 'joining' | 'answer' | 'relay' | 'pass' | 'goOn' | 'broke'>

/** For calls of the gateway's own, which nobody is charged for. */
export const NO_TALLY: Tally = {
  enter: () => null,
  joining: () => null,
  answer: () => {},
  relay: () => {},
  pass: (piece) => piece,
  goOn: () => {},
  broke: () => {},
}
