import { expect, it } from 'vitest'
import { createNoiseFilter } from '../../../src/control/edge-noise.ts'

const LOOKUP =
  'workerd/jsg/util.c++:320: error: e = rust/worker/ffi.rs:104: failed: DNS lookup failed. host = gpu.lan; service = (none); failed to lookup address information: Name or service not known'
const STACK = 'stack: /app/workerd@2b5edc0 /app/workerd@3fe4230; sentryErrorContext = jsgInternalError'

it.each([
  { name: 'a name that leads nowhere, with its stack', lines: [LOOKUP, STACK], left: [] },
  {
    name: 'both lines of a CONNECT request',
    lines: [
      'x: we lack a handler. Did you remember to export a connect() handler?',
      'Handler does not export a connect() function.',
    ],
    left: [],
  },
  {
    name: 'a stack behind anything else',
    lines: ['workerd: error: something new', STACK],
    left: ['workerd: error: something new', STACK],
  },
  { name: 'what comes after a stack', lines: [LOOKUP, STACK, 'a line', STACK], left: ['a line', STACK] },
  { name: 'a line of ours', lines: ['{"event":"attempt-failed"}'], left: ['{"event":"attempt-failed"}'] },
])('$name', ({ lines, left }) => {
  const isNoise = createNoiseFilter()
  expect(lines.filter((line) => !isNoise(line))).toEqual(left)
})
