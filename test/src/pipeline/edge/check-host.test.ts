import { describe, expect, it } from 'vitest'
import { checkHost } from '../../../../src/pipeline/edge/check-host.ts'
import { errorOf } from '../../error-of.ts'

const HOSTS = new Set(['localhost', 'my_box.lan', '127.0.0.1', '::1', 'fd00::a1'])

describe('checkHost', () => {
  it.each([
    'localhost',
    'LOCALHOST',
    'localhost:8443',
    'localhost.',
    'localhost.:443',
    'My_Box.lan:1',
    '127.0.0.1:4000',
    '[::1]',
    '[::1]:8443',
    '[FD00::A1]:65535',
  ])('answers to %s', (host) => {
    expect(() => checkHost(host, HOSTS)).not.toThrow()
  })

  it.each([
    null,
    '',
    ':80',
    'localhost:',
    'localhost:port',
    'localhost:123456',
    'a/b?c',
    'localhost/v1/models?x=',
    'localhost?x',
    'localhost#x',
    'user@localhost',
    'localhost, localhost',
    'localhost localhost',
    '::1',
    '[::1',
    '[::1]x',
    '[localhost]',
    'local\\host',
    'lócalhost',
    'localhost\n',
    '%6cocalhost',
  ])('calls %j malformed', (host) => {
    expect(errorOf(() => checkHost(host, HOSTS))).toMatchObject({ code: 'malformed_host', status: 400 })
  })

  it.each(['evil.test', 'localhost.evil.test', 'xlocalhost', '127.0.0.2', '[::2]', '..', '127.1'])(
    'does not answer to %s, and says what to change',
    (host) => {
      const error = errorOf(() => checkHost(host, HOSTS))
      expect(error).toMatchObject({ code: 'unknown_host', status: 421 })
      expect(String(error)).toContain('`--name HOST`')
      expect(String(error)).toContain('`listen.names`')
    },
  )
})
