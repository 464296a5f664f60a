import { expect, it } from 'vitest'
import { routeTable } from '../../../src/generated/route-table.ts'
import { secretNames } from '../../../src/table/secret-names.ts'

it('names the variables of backends and clients, sorted, each once', () => {
  const lifetime = { deprecatedAt: null, expiresAt: null }
  const backend = { kind: 'openai', origin: 'http://h:80', basePath: '/v1', tls: null, models: {} } as const
  const table = {
    ...routeTable,
    backends: {
      b: { ...backend, key: { env: 'Z_KEY' } },
      a: { ...backend, key: { env: 'A_KEY' } },
      c: { ...backend, key: null },
    },
    clients: {
      home: {
        keys: [
          { env: 'M_KEY', ...lifetime },
          { sha256: '0'.repeat(64), ...lifetime },
          { env: 'A_KEY', ...lifetime },
        ],
        models: null,
      },
    },
  }
  expect(secretNames(table)).toEqual(['A_KEY', 'M_KEY', 'Z_KEY'])
})
