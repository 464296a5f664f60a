import { describe, expect, it } from 'vitest'
import { findSecrets } from '../../../../../src/pipeline/classify/detectors/secrets.ts'

const ENTROPY = { threshold: 4, minLength: 24 }

/** Put together here, so that no scanner of this repository takes them for real. */
const join = (...parts: string[]): string => parts.join('')

function found(text: string): string[] {
  return findSecrets(text, ENTROPY).map(({ start, end, kind }) => `${kind}: ${text.slice(start, end)}`)
}

const OPENAI = join('sk-', 'proj-abcdefghijklmnop1234')
const AWS = join('AKIA', 'QWERTYUIOPASDFGH')
const GITHUB = join('ghp_', 'a1'.repeat(18))
const SLACK = join('xoxb-', '123456789012-abcdefghij')
const JWT = join('eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxMjM0In0.', 'c2lnbmF0dXJl')
const PEM = join('-----BEGIN RSA PRIVATE', ' KEY-----\nMIIEow\n-----END RSA PRIVATE', ' KEY-----')
const RANDOM = 'tR7pQx2LkV9bZw4NcY8mHs3JdF6g'

describe('findSecrets', () => {
  it.each([
    { text: `my key is ${OPENAI}, ok?`, finds: [`api-key: ${OPENAI}`] },
    { text: `id ${AWS}.`, finds: [`aws-key: ${AWS}`] },
    { text: `(${GITHUB})`, finds: [`github-token: ${GITHUB}`] },
    { text: SLACK, finds: [`slack-token: ${SLACK}`] },
    { text: `Authorization: ${JWT}`, finds: [`jwt: ${JWT}`] },
    { text: `see ${PEM} end`, finds: [`private-key: ${PEM}`] },
    { text: 'postgres://app:hunter2@db.lan/x', finds: ['url-password: hunter2'] },
    { text: 'Server=db;User=sa;Password=Sw0rdfish;', finds: ['password: Sw0rdfish'] },
    { text: 'password: "Tr0ub4dor&3"', finds: ['password: Tr0ub4dor&3'] },
    { text: "{'api_key': 'a8f5f167f44f4964'}", finds: ['password: a8f5f167f44f4964'] },
    { text: `token ${RANDOM} here`, finds: [`random: ${RANDOM}`] },
    { text: `${OPENAI} and ${AWS}`, finds: [`api-key: ${OPENAI}`, `aws-key: ${AWS}`] },
  ])('$text', ({ text, finds }) => {
    expect(found(text)).toEqual(finds)
  })

  it.each([
    'the task-sk-list is long',
    'password: required',
    'password = os.environ["DB_PASSWORD"]',
    'api_key: ${API_KEY}',
    'token: string',
    'const secret = getSecret()',
    'commit 3f786850e387550fdab836ed7e6dc881de23001b',
    '123e4567-e89b-12d3-a456-426614174000',
    'AbstractSingletonProxyFactoryBean2Configuration',
    '/usr/local/lib/node_modules/typescript/lib/tsc.js',
    'https://example.com:8080/path@2x.png',
    '-----BEGIN CERTIFICATE-----',
  ])('nothing in: %s', (text) => {
    expect(found(text)).toEqual([])
  })

  it('takes a key block without an end up to a bound', () => {
    const [begin = ''] = PEM.split('\n')
    const text = begin + 'x '.repeat(20_000)
    expect(findSecrets(text, ENTROPY)).toEqual([{ start: 0, end: 16 * 1024, kind: 'private-key' }])
  })

  it('takes the random words that the policy asks for', () => {
    expect(findSecrets(RANDOM, { threshold: 4, minLength: 40 })).toEqual([])
    expect(findSecrets(RANDOM, { threshold: 6, minLength: 24 })).toEqual([])
  })
})

describe('kinds that are off', () => {
  const KEY = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'

  it.each([
    { off: ['random'], text: RANDOM, finds: [] },
    { off: ['github-token'], text: KEY, finds: [] },
    // The password is the longer find: turned off, it no longer hides what stands in it.
    { off: [], text: `password = "${KEY};rest"`, finds: ['password'] },
    { off: ['password'], text: `password = "${KEY};rest"`, finds: ['github-token'] },
  ])('$off: $text', ({ off, text, finds }) => {
    expect(findSecrets(text, ENTROPY, new Set(off)).map(({ kind }) => kind)).toEqual(finds)
  })
})
