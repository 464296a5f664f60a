import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { compileTexts } from '../../property/compile-documents.ts'

async function codes(listen: Record<string, string>): Promise<string[]> {
  const result = await compileTexts({
    policy: stringify({ listen, models: { toy: { targets: ['demo/toy'] } } }),
    backends: stringify({ backends: { demo: { kind: 'demo', models: { toy: { id: 'toy' } } } } }),
    clients: stringify({ clients: { home: { keys: [{ env: 'K' }], models: '*' } } }),
  })
  return result.diagnostics.map(({ code }) => code)
}

describe('listen addresses', () => {
  const good = [
    { https: '0.0.0.0:8443' },
    { https: '[::]:8443', http: '[::1]:4000' },
    { https: 'localhost:0', http: 'localhost:0' },
    { https: 'off', http: '127.0.0.1:8443' },
    { https: '10.0.0.1:443', http: '127.0.0.1:443' },
    { https: '1.2.3.4:65535' },
  ]
  it.each(good)('takes %o', async (listen) => expect(await codes(listen)).toEqual([]))

  const bad = [
    { https: '' },
    { https: '8443' },
    { https: ':8443' },
    { https: '0.0.0.0' },
    { https: '0.0.0.0:' },
    { https: '0.0.0.0:65536' },
    { https: '0.0.0.0:-1' },
    { https: '0.0.0.0:8443 ' },
    { https: '::1:8443' },
    { https: '[::1]' },
    { https: '[10.0.0.1]:443' },
    { https: '256.0.0.1:443' },
    { https: '010.0.0.1:443' },
    { https: 'gateway.lan:443' },
    { https: 'OFF' },
    { https: '127.0.0.1:443', http: '127.0.0.1:443' },
    { https: '[::]:443', http: '127.0.0.1:443' },
    { http: '127.0.0.1:8443' },
  ]
  it.each(bad)('refuses %o', async (listen) => expect(await codes(listen)).toEqual(['check/listen-address']))
})
