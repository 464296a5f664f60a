import { expect, it } from 'vitest'
import { requestPath } from '../../../../src/pipeline/edge/request-path.ts'

it.each([
  ['http://localhost/', '/'],
  ['http://localhost', '/'],
  ['https://localhost:8443/v1/models', '/v1/models'],
  ['http://localhost/v1/models?a=/b', '/v1/models'],
  ['http://localhost/a?b?c/d', '/a'],
  ['http://localhost?x=/v1/models', '/v1/models'], // no legal request line gives this; no `?` ever stays
  ['http://[::1]:80/health', '/health'],
  ['http://localhost//v1/models', '//v1/models'],
  ['http://localhost/a/../health', '/a/../health'],
  ['http://localhost/%68ealth', '/%68ealth'],
  ['http://localhost/health%3Fx', '/health%3Fx'],
  ['http://localhost/health/', '/health/'],
  ['http://localhost/a://b', '/a://b'],
])('%s → %s', (url, path) => {
  expect(requestPath(url)).toBe(path)
})
