/** Finds of a pattern of the policy, one text at a time: its `^` and `$` speak of a text, not of all texts joined. */
import type { Find } from './detectors/detector.ts'
import type { Haystack } from './haystack.ts'
import type { Pattern } from './prepare-privacy.ts'

/** @returns finds by their place in the haystack */
export function findByPattern(
  pieces: Haystack['pieces'],
  { id, regex, group, holds }: Pick<Pattern, 'id' | 'regex' | 'group' | 'holds'>,
): Find[] {
  const finds: Find[] = []
  for (const { text, at } of pieces) {
    for (const match of text.matchAll(regex)) {
      const whole = [match.index, match.index + match[0].length] as const
      // A group that took no part in the match says nothing: then all of it counts.
      const [start, end] = (group === null ? undefined : match.indices?.groups?.[group]) ?? whole
      if (holds === null || holds(text.slice(start, end)))
        finds.push({ start: at + start, end: at + end, kind: id })
    }
  }
  return finds
}
