/**
 * The local certificate authority, and the server certificate that it signs.
 * The authority is made once and kept: people install it as trusted. The server's certificate is short-lived and replaced at will.
 */
// The x509 library resolves its parts through this polyfill, which must be there before it.
// oxlint-disable-next-line import/no-unassigned-import -- it is imported for what it adds to Reflect
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { createPrivateKey, randomBytes, X509Certificate, type webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import { readIfThere, writePrivate, type StateFolder } from './state-folder.ts'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 86_400_000
const CA_DAYS = 3650
/** Systems refuse server certificates that live longer than 398 days. */
const SERVER_DAYS = 396
const RENEW_BELOW_DAYS = 30
/** Certificates start a little in the past: other machines' clocks run behind. */
const CLOCK_SKEW_MS = 3_600_000

const CURE =
  'Put back the two files that belong together, or remove both: the next start makes a new authority, ' +
  'which clients must then trust in place of the old one.'

export interface ServerCertificate {
  /** PEM: the server's certificate, then the authority's. */
  chain: string
  /** PEM, PKCS #8. */
  key: string
  notAfter: Date
  names: string[]
  /** True when this call made it. */
  issued: boolean
}

interface Authority {
  certificate: x509.X509Certificate
  key: webcrypto.CryptoKey
}

/**
 * The certificate for these names: the one on disk while it covers them all and 30 days are left, else a new one.
 * Names that went away do not cause a new one: streams would be cut for nothing each time a laptop leaves a network.
 * @param now for tests
 */
export async function ensureServerCertificate(
  state: StateFolder,
  names: readonly string[],
  now: Date = new Date(),
): Promise<ServerCertificate> {
  const authority = await ensureAuthority(state, now)
  const present = await readServerCertificate(state)
  if (present !== null && isGood(present, authority, { names, now })) return present
  const issued = await issue(authority, names, now)
  // The key first: a crash between the two leaves a pair that does not match, which isGood() notices.
  await writePrivate(state.serverKey, issued.key)
  await writePrivate(state.serverCertificate, issued.chain)
  return issued
}

/** The certificate on disk, null when there is none or it cannot be read. */
export async function readServerCertificate(state: StateFolder): Promise<ServerCertificate | null> {
  const chain = await readIfThere(state.serverCertificate)
  const key = await readIfThere(state.serverKey)
  if (chain === null || key === null) return null
  try {
    const certificate = new X509Certificate(chain)
    const names = (certificate.subjectAltName ?? '')
      .split(', ')
      .map((entry) => canonicalName(entry.slice(entry.indexOf(':') + 1)))
    return { chain, key, notAfter: new Date(certificate.validTo), names, issued: false }
  } catch {
    return null
  }
}

function isGood(
  present: ServerCertificate,
  authority: Authority,
  { names, now }: { names: readonly string[]; now: Date },
): boolean {
  const leaf = new X509Certificate(present.chain)
  const ca = new X509Certificate(authority.certificate.toString('pem'))
  const covered = names.every((name) => !isCertifiable(name) || present.names.includes(canonicalName(name)))
  const left = present.notAfter.getTime() - now.getTime()
  return (
    covered && left > RENEW_BELOW_DAYS * DAY_MS && leaf.verify(ca.publicKey) && matches(leaf, present.key)
  )
}

function matches(leaf: X509Certificate, key: string): boolean {
  try {
    return leaf.checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

async function ensureAuthority(state: StateFolder, now: Date): Promise<Authority> {
  const certificate = await readIfThere(state.caCertificate)
  const key = await readIfThere(state.caKey)
  if (certificate !== null && key !== null) {
    checkPair(state, certificate, key)
    const parsed = new x509.X509Certificate(certificate)
    if (parsed.notAfter > now) return { certificate: parsed, key: await importKey(key) }
  }
  const made = await makeAuthority(now)
  await writePrivate(state.caKey, await exportKey(made.key))
  await writePrivate(state.caCertificate, `${made.certificate.toString('pem')}\n`)
  return made
}

/**
 * What the key of another authority signs, no client accepts: found here, or as a riddle on every client.
 * @throws Error that says how to mend it
 */
function checkPair({ caCertificate, caKey }: StateFolder, certificate: string, key: string): void {
  let matching: boolean
  try {
    matching = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
  } catch (error) {
    throw new Error(`${caCertificate} or ${caKey} cannot be read: ${(error as Error).message}.\n${CURE}`, {
      cause: error,
    })
  }
  if (!matching) throw new Error(`${caKey} is not the key of ${caCertificate}.\n${CURE}`)
}

async function makeAuthority(now: Date): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    // The random part keeps two authorities apart in a list of trusted ones.
    name: [{ CN: [`aicc local CA ${randomBytes(4).toString('hex')}`] }, { O: ['AI Command Center'] }],
    notBefore: new Date(now.getTime() - CLOCK_SKEW_MS),
    notAfter: new Date(now.getTime() + CA_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate, key: keys.privateKey }
}

async function issue(authority: Authority, names: readonly string[], now: Date): Promise<ServerCertificate> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const covered = names.filter(isCertifiable)
  const notAfter = new Date(now.getTime() + SERVER_DAYS * DAY_MS)
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: ['aicc gateway'] }],
    issuer: authority.certificate.subject,
    notBefore: new Date(now.getTime() - CLOCK_SKEW_MS),
    notAfter,
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        covered.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return {
    chain: `${certificate.toString('pem')}\n${authority.certificate.toString('pem')}\n`,
    key: await exportKey(keys.privateKey),
    notAfter,
    names: covered.map(canonicalName),
    issued: true,
  }
}

/** Host names that a certificate can carry; a machine may be called anything. */
function isCertifiable(name: string): boolean {
  return (
    isIP(name) !== 0 || /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*$/.test(name)
  )
}

/** One spelling per address: certificates print IPv6 in full and in capitals. */
function canonicalName(name: string): string {
  return isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name.toLowerCase()
}

/** 16 random bytes, positive and without a leading zero. */
function serialNumber(): string {
  const bytes = randomBytes(16)
  bytes[0] = (bytes[0]! & 0x3f) | 0x40
  return bytes.toString('hex')
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY').concat('\n')
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  return crypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), ALGORITHM, true, ['sign'])
}
