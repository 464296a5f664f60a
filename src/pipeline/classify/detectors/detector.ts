/**
 * What privacy detectors give. Each is a pure function over plain text, the parts of a request separated by line ends,
 * in time linear in its length.
 */

export interface Find {
  start: number
  end: number
  /** What was found, such as `aws-key` or `email`: the name of a placeholder, never the text itself. */
  kind: string
}

/** Finds of one pattern. `group` names the part of a match that counts; the whole of it when there is none. */
export function findAll(text: string, pattern: RegExp, kind: string): Find[] {
  return Array.from(text.matchAll(pattern), (match) => {
    const [start, end] = match.indices?.groups?.['value'] ?? [match.index, match.index + match[0].length]
    return { start, end, kind }
  })
}
