/**
 * A PEM file with CA certificates → the certificates alone.
 * INVARIANT: nothing else of the file reaches the route table, least of all a private key.
 */
import { X509Certificate } from 'node:crypto'

export type ParsedCa = { ok: true; pem: string } | { ok: false; why: string; help: string }

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

/** Takes the bytes of the file, or the reason why there are none. */
export function parseCa(file: Uint8Array | { error: string }): ParsedCa {
  if ('error' in file) {
    return {
      ok: false,
      why: `cannot be read: ${file.error}`,
      help: 'the path is relative to the policies folder',
    }
  }
  const text = new TextDecoder().decode(file)
  if (text.includes('PRIVATE KEY-----')) {
    return {
      ok: false,
      why: 'holds a private key',
      help: 'give only the certificate; the key stays with the CA',
    }
  }
  const blocks = text.match(CERTIFICATE) ?? []
  const help = 'give a PEM file with `-----BEGIN CERTIFICATE-----`'
  if (blocks.length === 0) return { ok: false, why: 'holds no certificate', help }
  try {
    const pem = blocks.map((block) => new X509Certificate(block).toString().trim()).join('\n')
    return { ok: true, pem: `${pem}\n` }
  } catch {
    return { ok: false, why: 'holds a certificate that cannot be parsed', help }
  }
}
