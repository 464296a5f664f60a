/** Spans as they are looked for: without spaces and marks, in lower case, a few letters and digits at a time. */

/** So many together are a leak, be they the rest of a span. */
const WINDOW = 8

/** Spaces and marks tell nothing, nor does upper or lower case. */
export function bareOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/** @returns all stretches of a text */
export function windowsOf(text: string): string[] {
  const bare = bareOf(text)
  return Array.from({ length: Math.max(0, bare.length - WINDOW + 1) }, (_, at) => bare.slice(at, at + WINDOW))
}
