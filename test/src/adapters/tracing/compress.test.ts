import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { createCompress } from '../../../../src/adapters/tracing/compress.ts'

it('puts one body after the other together, whatever the one before was', async () => {
  const compress = createCompress()
  const long = 'ö'.repeat(3 * 1024 * 1024)
  const bodies = [['a', ',', 'b'], ['{', 'ä€😀'.repeat(100), '}'], ['c'], [long, '.'], [], ['a', '', 'b']]
  for (const parts of bodies) {
    expect(gunzipSync(await compress(parts)).toString() === parts.join('')).toBe(true)
  }
})

it('mixes no two that are made at once', async () => {
  const compress = createCompress()
  await compress(['x'.repeat(1000)])
  const bodies = ['a', 'b', 'c'].map((letter) => letter.repeat(900))
  const made = await Promise.all(bodies.map((body) => compress([body])))
  expect(made.map((bytes) => gunzipSync(bytes).toString())).toEqual(bodies)
})
