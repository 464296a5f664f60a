import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { parseUrl } from '../../../compiler/resolve/parse-url.ts'

describe('parseUrl', () => {
  const good: [url: string, origin: string, basePath: string][] = [
    ['http://127.0.0.1:8000', 'http://127.0.0.1:8000', '/v1'],
    ['http://host/', 'http://host:80', '/v1'],
    ['https://Host.Example.COM', 'https://host.example.com:443', '/v1'],
    ['https://host:443/v1/', 'https://host:443', '/v1'],
    ['http://host:8000/openai/v1//', 'http://host:8000', '/openai/v1'],
    ['http://[::1]:8000', 'http://[::1]:8000', '/v1'],
    ['http://host:8000/a/../b', 'http://host:8000', '/b'],
  ]
  it.each(good)('%s', (url, origin, basePath) =>
    expect(parseUrl(url)).toEqual({ ok: true, origin, basePath }),
  )

  const bad: [url: string, why: string][] = [
    ['http://', 'is not a URL'],
    ['http://host:99999', 'is not a URL'],
    ['http://host:0', 'has no usable port'],
    ['http://host:6000', 'the port 6000'],
    ['https://host:10080/v1', 'the port 10080'],
    ['http://user@host', 'user name or a password'],
    ['http://:pass@host', 'user name or a password'],
    ['http://@host', 'user name or a password'],
    ['http://host?', 'query or a fragment'],
    ['http://host/v1?x=1', 'query or a fragment'],
    ['http://host#', 'query or a fragment'],
    ['http://host\\@other', 'backslash'],
    ['http://ho\tst', 'space'],
    ['http://host\n.evil.example', 'space'],
    [' http://host', 'space'],
    ['http://host/\u0000', 'control character'],
  ]
  it('refuses the very ports that Node does', async () => {
    const refused: number[] = []
    for (let port = 1; port <= 65_535; port += 1) {
      if (!parseUrl(`http://127.0.0.1:${port}`).ok) refused.push(port)
    }
    const source = await readFile(
      createRequire(import.meta.url).resolve('undici/lib/web/fetch/constants.js'),
      'utf8',
    )
    const [, list = ''] = /const badPorts = [^[]*\[([^\]]*)\]/.exec(source) ?? []
    expect(refused).toEqual(Array.from(list.matchAll(/\d+/g), ([port]) => Number(port)))
  })

  it.each(bad)('refuses %j', (url, why) => {
    expect(parseUrl(url)).toMatchObject({ ok: false, why: expect.stringContaining(why) })
  })
})
