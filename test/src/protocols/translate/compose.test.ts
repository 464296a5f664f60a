import { expect, it } from 'vitest'
import { compose } from '../../../../src/protocols/translate/compose.ts'
import { invalidField } from '../../../../src/protocols/translate/refuse.ts'
import type { Asked, Translation } from '../../../../src/protocols/translate/translation.ts'
import { errorOf } from '../../error-of.ts'

const asked: Asked = { body: { text: 'hi' }, model: 'm', id: 'x', createdAt: 1 }

/** Puts its name around all that it translates, and says which request it was shown. */
function around(name: string): Translation {
  return {
    request: (body) => ({ body: { ...body, [name]: true }, lost: ['both', name] }),
    answer: (answer, { body }) => ({ [name]: answer, shown: Object.keys(body) }),
    stream: ({ body }) => ({
      push: ({ name: event, data }) => `event: ${event ?? ''}${name}\ndata: ${data}${name}\n\n`,
      end: () => `data: end of ${Object.keys(body).join('+')}\n\ndata: [DONE]\n\n`,
    }),
  }
}

const composed = compose(around('outer'), around('inner'))

it('translates a request by the first and then the second', () => {
  expect(composed.request({ text: 'hi' })).toEqual({
    body: { text: 'hi', outer: true, inner: true },
    lost: ['both', 'outer', 'inner'],
  })
})

it('names what the second loses or refuses as the client does', () => {
  const clientField = (field: string): string => `client's ${field}`
  const outer = { ...around('outer'), clientField }
  expect(compose(outer, around('inner')).request({}).lost).toEqual([
    'both',
    'outer',
    "client's both",
    "client's inner",
  ])
  const refuse = (error: Error): Translation => ({
    ...around('inner'),
    request() {
      throw error
    },
  })
  expect(errorOf(() => compose(outer, refuse(invalidField('a', 'No.'))).request({}))).toMatchObject({
    code: 'invalid_field',
    message: 'No.',
    options: { param: "client's a" },
  })
  const bug = new TypeError('a bug')
  expect(errorOf(() => compose(outer, refuse(bug)).request({}))).toBe(bug)
})

it('translates an answer the other way round, each to the request it belongs to', () => {
  expect(composed.answer({ a: 1 }, asked)).toEqual({
    outer: { inner: { a: 1 }, shown: ['text', 'outer'] },
    shown: ['text'],
  })
})

it('translates events the other way round, and ends both', () => {
  const stream = composed.stream(asked)
  expect(stream.push({ name: 'e', data: 'd' })).toBe('event: einnerouter\ndata: dinnerouter\n\n')
  expect(stream.end()).toBe(
    'event: outer\ndata: end of text+outerouter\n\ndata: end of text\n\ndata: [DONE]\n\n',
  )
})
