/** What a model may say, apart from any protocol; for properties. */
import * as fc from 'fast-check'

export interface Said {
  reasoning: string
  text: string
  calls: { id: string; name: string; input: Record<string, unknown> }[]
  end: 'stop' | 'length' | 'tools'
  input: number
  cached: number
  output: number
}

const words = fc.string({ unit: 'binary', maxLength: 12 })

export const said: fc.Arbitrary<Said> = fc
  .record({
    reasoning: words,
    text: words,
    calls: fc.array(
      fc.record({
        name: fc.constantFrom('f', 'get_weather', 'run-it'),
        input: fc.dictionary(
          fc.string({ maxLength: 3 }),
          fc.jsonValue({ maxDepth: 2, noUnicodeString: false }).map(asWritten),
          {
            maxKeys: 3,
            noNullPrototype: true,
          },
        ),
      }),
      { maxLength: 4 },
    ),
    isCut: fc.boolean(),
    input: fc.nat(100),
    cached: fc.nat(100),
    output: fc.nat(100),
  })
  .map(({ calls, isCut, reasoning, text, input, cached, output }) => ({
    reasoning,
    text,
    calls: calls.map((call, index) => ({ id: `call_${index}`, name: call.name, input: call.input })),
    end: isCut ? 'length' : calls.length > 0 ? 'tools' : 'stop',
    input,
    cached,
    output,
  }))

/** Decisions of whoever makes a trace: a number below `n`, and 0 when there are no more. */
export type Tape = (n: number) => number

export const decisions: fc.Arbitrary<number[]> = fc.array(fc.nat(), { maxLength: 60 })

export function createTape(numbers: readonly number[]): Tape {
  let next = 0
  return (n) => {
    const number = numbers[next] ?? 0
    next += 1
    return number % n
  }
}

/** A text in pieces, some of them empty, some ending within a character. */
export function cut(text: string, tape: Tape): string[] {
  const pieces: string[] = []
  for (let from = 0; from < text.length;) {
    const to = from + tape(6)
    pieces.push(text.slice(from, to))
    // No decision left: the rest is one piece.
    if (to === from) {
      pieces.push(text.slice(from))
      break
    }
    from = to
  }
  return pieces
}

/** As JSON has it: there is no -0. */
export function asWritten<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}
