import { expect, it } from 'vitest'
import { correlationId } from '../../../../src/pipeline/edge/correlation-id.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

it.each(['a', 'req_1.2:3-4', 'A'.repeat(128)])('takes %s', (id) => {
  expect(correlationId(id)).toBe(id)
})

it.each([null, '', ' ', 'a b', 'A'.repeat(129), 'a\nb', 'a"b', '../x', '<b>', 'é', 'a,b'])(
  'makes one in place of %j',
  (header) => {
    const id = correlationId(header)
    expect(id).toMatch(UUID)
    expect(correlationId(header)).not.toBe(id)
  },
)
