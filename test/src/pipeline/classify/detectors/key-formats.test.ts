import { describe, expect, it } from 'vitest'
import { judgeRegex } from '../../../../../compiler/regex/judge-regex.ts'
import { findSecrets, FORMATS } from '../../../../../src/pipeline/classify/detectors/secrets.ts'

const ENTROPY = { threshold: 8, minLength: 64 }

/** Put together here, so that no scanner of this repository takes them for real. */
const fake = (prefix: string, length: number, from = 'a1B2c3D4e5F6g7H8'): string =>
  prefix + from.repeat(Math.ceil(length / from.length)).slice(0, length)
const hex = (prefix: string, length: number): string => fake(prefix, length, '0a1b2c3d4e5f6789')

function kindsIn(text: string): string[] {
  return findSecrets(text, ENTROPY).map(({ kind }) => kind)
}

describe('FORMATS', () => {
  it.each(FORMATS)('$kind, of $literals: its pattern is linear', ({ pattern, flags = '' }) => {
    expect(judgeRegex(pattern, flags)).toEqual({ kind: 'linear' })
  })

  it('literals are ASCII and no format is without', () => {
    for (const { literals } of FORMATS) {
      expect(literals.length).toBeGreaterThan(0)
      for (const literal of literals) expect(literal).toMatch(/^[\x20-\x7e]{1,32}$/)
    }
  })

  it.each([
    ['api-key', fake('gsk_', 48)],
    ['api-key', fake('sk-ant-api03-', 90)],
    ['aws-key', fake('AKIA', 16, 'Q1W2E3R4')],
    ['google-key', fake('AIza', 35)],
    ['azure-secret', fake('abc8Q~', 33)],
    ['github-token', fake('ghp_', 36)],
    ['gitlab-token', fake('glpat-', 20)],
    ['docker-token', fake('dckr_pat_', 27)],
    ['stripe-key', fake('sk_live_', 24)],
    ['sendgrid-key', `${fake('SG.', 22)}.${fake('', 43)}`],
    ['mailchimp-key', hex('', 32).concat('-us12')],
    ['twilio-key', hex('SK', 32)],
    ['telegram-token', fake('12345678:AA', 33)],
    ['terraform-token', fake('', 14).concat(fake('.atlasv1.', 64))],
    ['newrelic-key', hex('eu01xx', 36).concat('NRAL')],
    ['private-key', `MIIEpQIBAAKC${fake('', 64)}`],
    ['url-password', 'redis://:s3cr3tpw@cache.lan:6379'],
    ['gem-credentials', 'BUNDLE_ENTERPRISE__CONTRIBSYS__COM=0a1b2c3d:4e5f6789'],
  ])('%s: %s', (kind, text) => {
    expect(kindsIn(`x = ${text}`)).toContain(kind)
    expect(kindsIn(`see <${text}>.`)).toContain(kind)
  })

  it.each([
    'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'AKIAXXXXXXXXXXXXXXXX',
    'password=Example123!',
    hex('akia', 16),
    fake('fooghp_', 36),
    'sk-loading-spinner-circle-fade',
    '-----BEGIN RSA PRIVATE KEY----------END RSA PRIVATE KEY-----',
  ])('nothing in %s', (text) => {
    expect(kindsIn(text)).toEqual([])
  })
})

describe('what is assigned', () => {
  it.each([
    'DB_PASSWORD=Tr0ub4dor',
    'db_password: "Tr0ub4dor&3"',
    '{"client_secret": "q8f7w3k2m9"}',
    '<password>Tr0ub4dor1</password>',
    '<add key="apiToken" value="x"/> token="9f8e7d6c5b4a"',
    'config.auth_token = "9f8e7d6c5b4a"',
    'mysql --password Tr0ub4dor!',
    'ID:master PW:dipPr11Gg!',
    'my password is Tr0ub4dor&3',
    String.raw`{\"api_key\":\"a8f5f167f44f4964\"}`,
    'curl -u admin:dG9rZW4g https://api.lan',
    'Authorization: Basic YWRtaW46aHVudGVyMg==',
    'SNYK_TOKEN=3f2c1e9a-aaaa-bbbb-cccc-0123456789ab',
  ])('found: %s', (text) => {
    expect(kindsIn(text)).toHaveLength(1)
  })

  it.each([
    'password: required',
    'password = os.environ["DB_PASSWORD1"]',
    'api_key: ${{ secrets.API_KEY_5 }}',
    'const API_KEY = process.env.API_KEY',
    'token_count: 4096',
    'max_tokens=123456789012',
    'public_key = "a8f5f167f44f4964a8"',
    'The secret to good bread number 37 is a long, slow proof.',
    'How do I rotate my database password every 20 days?',
    'curl --user ${user1}:${pass1} https://api.lan',
    'docker run -u 1000:1000 image',
    'Authorization: Bearer $TOKEN',
    'access_token_url="https://example.org/login/oauth2/token"',
  ])('not found: %s', (text) => {
    expect(kindsIn(text)).toEqual([])
  })

  it('takes a password in quotes whole', () => {
    const text = 'password = "Tr0ub4dor;3(x)y" # note'
    expect(findSecrets(text, ENTROPY).map(({ start, end }) => text.slice(start, end))).toEqual([
      'Tr0ub4dor;3(x)y',
    ])
  })
})
