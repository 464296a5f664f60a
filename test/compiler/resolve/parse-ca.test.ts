import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseCa } from '../../../compiler/resolve/parse-ca.ts'

/** With a comment above it and CRLF at the ends of lines. */
const FILE = readFileSync(join(import.meta.dirname, '../../golden/full/ca.pem'), 'utf8')
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('parseCa', () => {
  it('keeps the certificates and nothing else, in one spelling', () => {
    const parsed = parseCa(bytes(`${FILE}${FILE}`))
    const pem = parsed.ok ? parsed.pem : ''
    expect(pem).toMatch(/^(-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n){2}$/)
    expect(new X509Certificate(pem).subject).toBe('CN=Golden test CA')
  })

  const kind = 'EC PRIVATE KEY'
  const privateKey = `-----BEGIN ${kind}-----\nAAAA\n-----END ${kind}-----\n`
  const bad = [
    { name: 'no file', file: { error: 'ENOENT' }, why: 'cannot be read: ENOENT' },
    { name: 'an empty file', file: bytes(''), why: 'holds no certificate' },
    { name: 'half a certificate', file: bytes(FILE.slice(0, 200)), why: 'holds no certificate' },
    {
      name: 'a certificate that is none',
      file: bytes(FILE.replace(/MII.*/, 'AAAA')),
      why: 'cannot be parsed',
    },
    { name: 'a private key beside it', file: bytes(FILE + privateKey), why: 'holds a private key' },
    { name: 'bytes that are no text', file: Uint8Array.from([0xff, 0xfe, 0]), why: 'holds no certificate' },
  ]
  it.each(bad)('refuses $name', ({ file, why }) => {
    expect(parseCa(file)).toMatchObject({ ok: false, why: expect.stringContaining(why) })
  })
})
