import { describe, expect, it } from 'vitest'
import { type PrivacyScan, scanPrivacy } from '../../../../src/pipeline/classify/scan-privacy.ts'
import { HEADER_FORMATS } from '../../../../src/pipeline/classify/detectors/header-formats.ts'
import { KEY_FORMATS } from '../../../../src/pipeline/classify/detectors/key-formats.ts'
import { NUMBER_IDS, WORD_IDS } from '../../../../src/pipeline/classify/detectors/national-ids.ts'
import { FIND_KINDS } from '../../../../src/table/find-kinds.ts'
import type { AllowList, PrivacyGuard, RouteTable } from '../../../../src/table/route-table.ts'
import { makePattern, makePrivacy, makeRuledTable } from '../../make-policy.ts'

const KEY = 'AKIAIOSFODNN7EXAMPLE'
const CARD = '4111 1111 1111 1111'
const NOTHING: AllowList = { values: [], domains: [], networks: [] }

function tableWith(guard: Partial<PrivacyGuard>, decode: 0 | 1 = 1): RouteTable {
  const base = makeRuledTable([])
  return { ...base, classify: { ...base.classify, decode, privacy: makePrivacy(guard) } }
}

function scan(texts: string | string[], guard: Partial<PrivacyGuard>, decode: 0 | 1 = 1): PrivacyScan {
  const parts = [texts].flat().map((text, i) => {
    return { role: 'user', kind: 'text', text, path: ['messages', i, 'content'] } as const
  })
  return scanPrivacy({ parts }, { images: false, opaque: false }, { table: tableWith(guard, decode) })
}

function kinds({ findings }: PrivacyScan): string[] {
  return findings.map(({ kind }) => kind)
}

describe('the list of kinds', () => {
  it('has what detectors find, and nothing else', () => {
    const secrets = [...KEY_FORMATS, ...HEADER_FORMATS].map(({ kind }) => kind)
    expect(Object.keys(FIND_KINDS.secrets).toSorted()).toEqual(
      [...new Set([...secrets, 'private-key', 'password', 'random'])].toSorted(),
    )
    const ids = [...NUMBER_IDS, ...WORD_IDS].map(({ kind }) => kind)
    expect(Object.keys(FIND_KINDS.pii).toSorted()).toEqual(
      [...new Set([...ids, 'email', 'phone', 'card', 'iban', 'ip', 'birth-date'])].toSorted(),
    )
  })
})

describe('what is allowed', () => {
  it.each<{ text: string; allow: Partial<AllowList>; left: string[] }>([
    { text: `card ${CARD}`, allow: { values: [CARD] }, left: [] },
    { text: 'card 4111-1111-1111-1111', allow: { values: [CARD] }, left: [] },
    { text: 'card ４１１１ １１１１ １１１１ １１１１', allow: { values: ['4111111111111111'] }, left: [] },
    { text: 'card 5500 0000 0000 0004', allow: { values: [CARD] }, left: ['card'] },
    { text: 'ask Ada@Example.ORG', allow: { values: ['ada@example.org'] }, left: [] },
    { text: 'ask eve@example.org', allow: { values: ['ada@example.org'] }, left: ['email'] },
    { text: 'a@example.com b@mail.Example.com', allow: { domains: ['example.com'] }, left: [] },
    { text: 'a@badexample.com', allow: { domains: ['example.com'] }, left: ['email'] },
    { text: 'a@example.com.evil.org', allow: { domains: ['example.com'] }, left: ['email'] },
    { text: '8.8.4.4 and 9.9.9.9', allow: { networks: ['8.8.0.0/16'] }, left: ['ip'] },
    { text: '2001:4860:4860::8888', allow: { networks: ['2001:4860::/32'] }, left: [] },
    { text: '8.8.4.4 and 8.84.4.2', allow: { values: ['8.8.4.4'] }, left: ['ip'] },
    { text: `key ${KEY}`, allow: { values: [KEY] }, left: [] },
    { text: 'GB82WEST12345698765432', allow: { values: ['gb82 west 1234 5698 7654 32'] }, left: [] },
    { text: 'born 11.1.1990', allow: { values: ['1.11.1990'] }, left: ['birth-date'] },
    // Another find in the same text, and in the allowed one, stays.
    { text: `${CARD} and a@b.org, ${KEY}`, allow: { values: [CARD] }, left: ['aws-key', 'email'] },
    { text: `${KEY}@example.com`, allow: { domains: ['example.com'] }, left: ['aws-key'] },
  ])('$text', ({ text, allow, left }) => {
    const without = kinds(scan(text, {}))
    const scanned = scan(text, { allow: { ...NOTHING, ...allow } })
    expect(kinds(scanned)).toEqual(left)
    expect([...left, ...scanned.passedOver.map(({ kind }) => kind)].toSorted()).toEqual(without.toSorted())
    expect(scanned.labels).toEqual(
      left.length === 0 ? {} : { private: expect.arrayContaining([expect.any(String)]) },
    )
  })

  it('is passed over, and said so', () => {
    const { passedOver } = scan(`card ${CARD}`, { allow: { ...NOTHING, values: [CARD] } })
    expect(passedOver).toMatchObject([{ part: 0, start: 5, end: 24, kind: 'card', why: 'allowed' }])
  })

  it('is allowed in base64 as well, and for patterns as they are written', () => {
    const allow = { ...NOTHING, values: [CARD, 'Hermes'] }
    expect(kinds(scan(btoa(`my card is ${CARD}, again`), { allow, detectors: ['pii'] }))).toEqual([])
    const patterns = [makePattern({ literals: ['hermes'] })]
    expect(kinds(scan('Hermes', { allow, patterns }))).toEqual([])
    expect(kinds(scan('hermes', { allow, patterns }))).toEqual(['codename'])
  })
})

describe('kinds', () => {
  const PHONES = ['+49 30 901820', '+49 30 901821', '+49 30 901822'] as const

  it('that are off are not found', () => {
    expect(kinds(scan(`${CARD}, a@b.org, ${KEY}`, { off: ['card', 'aws-key'] }))).toEqual(['email'])
  })

  it.each([
    { count: 2, found: [] },
    { count: 3, found: ['phone', 'phone', 'phone'] },
  ])('that count in numbers: $count of 3', ({ count, found }) => {
    const { labels, findings, passedOver } = scan(PHONES.slice(0, count), { atLeast: { phone: 3 } })
    expect(findings.map(({ kind }) => kind)).toEqual(found)
    expect(labels).toEqual(found.length === 0 ? {} : { private: ['pii'] })
    expect(passedOver.map(({ kind, why }) => `${kind} ${why}`)).toEqual(
      found.length === 0 ? ['phone too-few', 'phone too-few'] : [],
    )
  })

  it('that count in numbers hide nothing while they are too few', () => {
    const text = 'password = "ghp_abcdefghijklmnopqrstuvwxyz0123456789;rest"'
    expect(kinds(scan(text, {}))).toEqual(['password'])
    expect(kinds(scan(text, { atLeast: { password: 2 } }))).toEqual(['github-token'])
  })

  it('do not count what is allowed', () => {
    const allow = { ...NOTHING, values: [PHONES[0]] }
    expect(kinds(scan([...PHONES], { allow, atLeast: { phone: 3 } }))).toEqual([])
  })
})

describe('patterns', () => {
  it.each([
    {
      name: 'a group',
      pattern: { source: 'EMP-(?<n>[0-9]+)', group: 'n' },
      text: 'x EMP-42',
      found: [[6, 8]],
    },
    {
      name: 'a group that took no part',
      pattern: { source: 'EMP-(?<n>[0-9]+)|BOSS', group: 'n' },
      text: 'BOSS',
      found: [[0, 4]],
    },
    {
      name: 'Luhn',
      pattern: { source: '[0-9]{6}', check: 'luhn' as const },
      text: '424242 424243',
      found: [[0, 6]],
    },
    {
      name: 'mod 97',
      pattern: { source: '[A-Z]{2}[0-9A-Z]+', check: 'mod97' as const },
      text: 'GB82WEST12345698765432 GB82WEST12345698765433',
      found: [[0, 22]],
    },
    {
      name: 'entropy',
      pattern: { source: '[a-z]{8}', minEntropy: 2.5 },
      text: 'aaaaaaab qwertyui',
      found: [[9, 17]],
    },
    { name: 'a word that is missing', pattern: { source: 'x', literals: ['emp'] }, text: 'x', found: [] },
    {
      name: 'a word in other case',
      pattern: { source: 'x', literals: ['emp'] },
      text: 'x EMP',
      found: [[0, 1]],
    },
  ])('$name', ({ pattern, text, found }) => {
    const patterns = [makePattern({ flags: 'u', ...pattern })]
    const { findings } = scan(text, { detectors: [], patterns })
    expect(findings.map(({ start, end }) => [start, end])).toEqual(found)
  })
})

describe('base64', () => {
  const once = btoa(`my card is ${CARD}, again`)

  it.each<{ name: string; text: string; decode: 0 | 1; found: string[]; unread: string[] }>([
    { name: 'one level is read', text: once, decode: 1, found: ['card'], unread: [] },
    { name: 'a second is not', text: btoa(`see ${once} there`), decode: 1, found: [], unread: ['encoded'] },
    { name: 'none is read where it is off', text: once, decode: 0, found: [], unread: ['encoded'] },
    {
      name: 'words are none',
      text: 'a Characteristically long internationalization',
      decode: 0,
      found: [],
      unread: [],
    },
  ])('$name', ({ text, decode, found, unread }) => {
    const scanned = scan(text, { detectors: ['pii'] }, decode)
    expect(kinds(scanned)).toEqual(found)
    expect(scanned.unread).toEqual(unread)
    expect(scanned.labels).toEqual(
      found.length + unread.length === 0 ? {} : { private: [found.length > 0 ? 'pii' : 'unscanned'] },
    )
  })
})

describe('very many finds', () => {
  it('are all listed: redaction needs each of them', () => {
    const { findings, labels } = scan('1.2.3.4 '.repeat(131_000), {})
    expect(labels).toEqual({ private: ['pii'] })
    expect(findings).toHaveLength(131_000)
  })
})

describe('a random word', () => {
  const RANDOM = 'q7Rt2Lx9Vb4Nw8Kz3Mj6Hd5Fc1GsPaYe'

  it('is none where it goes on with an address in the web, or is a digest', () => {
    expect(kinds(scan([`https://a.example/x?y=${RANDOM}`, `sha256:${RANDOM}`], {}))).toEqual([])
  })

  it.each([' ', '\t', '\n', '"', "'", '<', '>', '\u00a0', '\u1680', '\u2028', '\u2029', '\u3000'])(
    'is one behind an address that %j ends',
    (mark) => {
      expect(kinds(scan(`https://a.example/x?y=${mark}${RANDOM}`, {}))).toEqual(['random'])
    },
  )
})
