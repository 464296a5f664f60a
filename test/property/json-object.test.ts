import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.ts'
import { parseJsonObject, replaceValues } from '../../src/protocols/json-object.ts'
import { parseModelRequest } from '../../src/protocols/model-request.ts'

const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r'), maxLength: 3 })

/** Some characters of a key written as escapes, so that it looks other than it is. */
function escaped(key: string, which: readonly boolean[]): string {
  const parts = Array.from({ length: key.length }, (_, i) => {
    const unit = key.charAt(i)
    return which[i % which.length] === true
      ? `\\u${key.charCodeAt(i).toString(16).padStart(4, '0')}`
      : JSON.stringify(unit).slice(1, -1)
  })
  return `"${parts.join('')}"`
}

interface Member {
  key: string
  json: string
  /** White space before key, colon, value and after the value. */
  spaces: [string, string, string, string]
  escapes: boolean[]
}

const member: fc.Arbitrary<Member> = fc.record({
  key: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'stream', 'Model', '"', '}')),
  json: fc.json({ maxDepth: 4 }),
  spaces: fc.tuple(space, space, space, space),
  escapes: fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
})

/** The text of an object, whose member of that index has another value. */
function render(members: readonly Member[], changed: number, json: string): string {
  const texts = members.map(({ key, spaces: [a, b, c, d], escapes, ...rest }, i) => {
    return `${a}${escaped(key, escapes)}${b}:${c}${i === changed ? json : rest.json}${d}`
  })
  return `{${texts.join(',')}}`
}

/** Objects without duplicates, one of whose members is `model`; `at` is its place. */
const object = fc
  .tuple(fc.uniqueArray(member, { selector: ({ key }) => key, maxLength: 8 }), member, fc.nat())
  .map(([others, model, place]) => {
    const members = others.filter(({ key }) => key !== 'model')
    const at = place % (members.length + 1)
    members.splice(at, 0, { ...model, key: 'model' })
    return { members, at }
  })

describe('any JSON object', () => {
  it('has its model replaced and no other byte', () => {
    fc.assert(
      fc.property(object, fc.json(), ({ members, at }, json) => {
        const text = render(members, at, members[at]?.json ?? '')
        const replaced = replaceValues(parseJsonObject(text), new Map([['model', json]]))
        expect(replaced).toBe(render(members, at, json))
      }),
    )
  })

  it('is refused when one of its keys stands twice, however it is written and however deep', () => {
    fc.assert(
      fc.property(
        object,
        fc.nat(),
        fc.array(fc.boolean(), { minLength: 1 }),
        fc.nat(20),
        (made, pick, escapes, depth) => {
          const { members } = made
          const twin = members[pick % members.length]
          if (twin === undefined) return
          const text = render([...members, { ...twin, escapes }], -1, '')
          const nested = `${'{"a":['.repeat(depth)}${text}${']}'.repeat(depth)}`
          expect(() => parseJsonObject(nested)).toThrow(
            expect.objectContaining({ code: 'duplicate_key' }) as Error,
          )
        },
      ),
    )
  })
})

/** Texts that are nearly JSON. */
const brokenJson = fc
  .tuple(
    object,
    fc.nat(),
    fc.nat(3),
    fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ':', ',', ' ', 'e', '1', '\0') }),
  )
  .map(([{ members }, at, drop, put]) => {
    const text = render(members, -1, '')
    const from = at % (text.length + 1)
    return text.slice(0, from) + put + text.slice(from + drop)
  })

describe('any text', () => {
  it('is an object that JSON.parse agrees on, or a refusal', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), brokenJson), (text) => {
        try {
          const parsed = parseJsonObject(text)
          expect(parsed.value).toEqual(JSON.parse(text))
          for (const [key, [start, end]] of parsed.spans) {
            expect(JSON.parse(text.slice(start, end))).toEqual(parsed.value[key])
          }
          expect(parsed.spans.size).toBe(Object.keys(parsed.value).length)
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error
          expect(error.status).toBe(400)
        }
      }),
      { numRuns: 300 },
    )
  })
})

it('any bytes are a request or a refusal', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        parseModelRequest(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(GatewayError)
      }
    }),
    { numRuns: 300 },
  )
})
