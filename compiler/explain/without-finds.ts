/**
 * Takes what detectors found out of texts that repeat what a client wrote: a model's name, a header, a refusal.
 */
import type { Judged } from '../simulate/simulate.ts'

/** @returns replaces every find, also such that does not count, by stars */
export function withoutFinds({ findings, passedOver, parts }: Judged): (text: string) => string {
  const found = [...findings, ...passedOver].map(
    ({ part, start, end }) => parts[part]?.text.slice(start, end) ?? '',
  )
  // The longest first: a shorter one may stand within it.
  const texts = [...new Set(found)].filter((text) => text !== '').toSorted((a, b) => b.length - a.length)
  return (text) =>
    texts.reduce((rest, find) => rest.replaceAll(find, '*'.repeat(Math.min(find.length, 20))), text)
}
