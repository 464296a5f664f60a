/** The policy's own questions to the text: does it hold a phrase, does a pattern match. Part by part. */
import type { RequestText, TextPart } from '../../protocols/text-parts.ts'
import type { TextTest } from '../../table/route-table.ts'
import type { PreparedText } from './prepare.ts'

/** @returns for each test, whether it holds for at least one part of the text it looks at */
export function runTextTests(tests: readonly PreparedText[], request: RequestText): boolean[] {
  if (tests.length === 0) return []
  const folded = new Map<TextPart, string>()
  const fold = (part: TextPart): string => {
    let text = folded.get(part)
    if (text === undefined) {
      text = part.text.toLowerCase()
      folded.set(part, text)
    }
    return text
  }
  return tests.map((test) =>
    partsOf(request, test.in).some((part) => {
      if (test.regex !== null) return test.regex.test(part.text)
      const text = test.caseSensitive ? part.text : fold(part)
      return test.phrases.some((phrase) => text.includes(phrase))
    }),
  )
}

function partsOf({ parts, lastUser }: RequestText, where: TextTest['in']): readonly TextPart[] {
  switch (where) {
    case 'user':
      return parts.slice(...lastUser)
    case 'system':
      return parts.filter(({ role }) => role === 'system')
    case 'conversation':
      break
  }
  return parts.filter(({ kind }) => kind !== 'keys')
}
