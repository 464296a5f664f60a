import { describe, expect, it } from 'vitest'
import { createSeenSignatures } from '../../../../src/pipeline/edge/seen-signatures.ts'
import {
  verifySignature,
  type SignedHead,
  type Signer,
} from '../../../../src/pipeline/edge/verify-signature.ts'
import { SECRET, signRequest, type ToSign } from './sign-request.ts'

const TIME = 1_800_000_000
const PATH = '/v1/chat/completions'
const BODY = '{"model":"fast"}'

function headOf(sent: Record<string, string>, fields: Partial<SignedHead> = {}): SignedHead {
  return {
    method: 'POST',
    path: PATH,
    hasQuery: false,
    timestamp: sent['x-aicc-timestamp'] ?? null,
    nonce: sent['x-aicc-nonce'] ?? null,
    signature: sent['x-aicc-signature'] ?? null,
    ...fields,
  }
}

const signerOf = (fields: Partial<Signer> = {}): Signer => ({
  client: 'crew',
  secret: SECRET,
  windowMs: 300_000,
  required: true,
  seen: createSeenSignatures(),
  now: () => TIME * 1000,
  ...fields,
})

const signed = (fields: Partial<ToSign> = {}): Record<string, string> =>
  signRequest({ time: TIME, body: BODY, ...fields })

/** `passed`, `unsigned`, or the code of the refusal. */
async function verdict(head: SignedHead, signer: Signer = signerOf(), body = BODY): Promise<string> {
  try {
    const check = verifySignature(head, signer)
    if (check === null) return 'unsigned'
    await check(new TextEncoder().encode(body))
    return 'passed'
  } catch (error) {
    const { code, status } = error as { code: string; status: number }
    return status === 401 ? code : `${status} ${code}`
  }
}

describe('verifySignature', () => {
  it('signs what the documents say: a known vector', async () => {
    // echo -n '…' | openssl dgst -sha256 -hmac; also by docs/signing.md, which test/conformance runs.
    const sent = signRequest({ time: TIME, method: 'GET', path: '/v1/models', nonce: 'n-1' })
    expect(sent['x-aicc-signature']).toMatchInlineSnapshot(
      `"4c4a733b41817bbae9a30eaa36941bceadb0e33431e9664775c3a4a8962e020f"`,
    )
    expect(await verdict(headOf(sent, { method: 'GET', path: '/v1/models' }), signerOf(), '')).toBe('passed')
  })

  const right: [string, Partial<ToSign>, string][] = [
    ['a body', {}, BODY],
    ['a body of nothing', { body: '' }, ''],
    ['a body beyond ASCII', { body: '{"ü":"😀"}' }, '{"ü":"😀"}'],
    ['a nonce', { nonce: 'A.z_0~-' }, BODY],
    ['the first second of the window', { time: TIME - 300 }, BODY],
    ['the last second of the window', { time: TIME + 300 }, BODY],
  ]
  it.each(right)('passes %s', async (_, fields, body) => {
    expect(await verdict(headOf(signed(fields)), signerOf(), body)).toBe('passed')
  })

  const changed: [string, Partial<SignedHead>, string?][] = [
    ['another method', { method: 'PUT' }],
    ['another path', { path: '/v1/embeddings' }],
    ['a path of other letters', { path: '/v1/chat/Completions' }],
    ['a path that decodes to the same', { path: '/v1/chat%2Fcompletions' }],
    ['another time', { timestamp: String(TIME + 1) }],
    ['a nonce that was not signed', { nonce: 'n' }],
    ['another body', {}, '{"model":"fasu"}'],
    ['a body with one byte more', {}, `${BODY} `],
    ['no body', {}, ''],
    ['a query', { hasQuery: true }],
    ['a timestamp in milliseconds', { timestamp: String(TIME * 1000) }],
    ['a timestamp with a fraction', { timestamp: `${TIME}.0` }],
    ['a timestamp that is twice there', { timestamp: `${TIME}, ${TIME}` }],
    ['a signature in capitals', { signature: signed()['x-aicc-signature']!.toUpperCase() }],
    ['half a signature', { signature: signed()['x-aicc-signature']!.slice(32) }],
    ['an empty signature', { signature: '' }],
    ['a nonce with a line break', { nonce: 'a\nb' }],
    ['an empty nonce', { nonce: '' }],
    ['a nonce too long', { nonce: 'n'.repeat(65) }],
  ]
  it.each(changed)('refuses %s', async (_, fields, body = BODY) => {
    expect(await verdict(headOf(signed(), fields), signerOf(), body)).toBe('signature_invalid')
  })

  it('looks at every digit of the signature', async () => {
    const signature = signed()['x-aicc-signature']!
    for (let i = 0; i < signature.length; i += 1) {
      const other = signature[i] === '0' ? '1' : '0'
      const forged = signature.slice(0, i) + other + signature.slice(i + 1)
      expect(await verdict(headOf(signed(), { signature: forged }))).toBe('signature_invalid')
    }
  })

  it('refuses a nonce that was taken off, and the secret of another', async () => {
    expect(await verdict(headOf(signed({ nonce: 'n' }), { nonce: null }))).toBe('signature_invalid')
    expect(await verdict(headOf(signed({ secret: `${SECRET}x` })))).toBe('signature_invalid')
  })

  it.each([-301, 301])('refuses a timestamp %s s away', async (away) => {
    expect(await verdict(headOf(signed({ time: TIME + away })))).toBe('signature_expired')
  })

  it('judges the time once more when the body is there', async () => {
    let now = TIME * 1000
    const check = verifySignature(headOf(signed()), signerOf({ now: () => now }))
    now += 300_001
    await expect(check!(new TextEncoder().encode(BODY))).rejects.toMatchObject({ code: 'signature_expired' })
  })

  it.each([
    [true, 'signature_missing'],
    [false, 'unsigned'],
  ])('takes no signature when required is %s: %s', async (required, expected) => {
    expect(await verdict(headOf({}), signerOf({ required }))).toBe(expected)
  })

  it.each([{ timestamp: null }, { signature: null }])(
    'takes no half of one, required or not: %j',
    async (half) => {
      expect(await verdict(headOf(signed(), half), signerOf({ required: false }))).toBe('signature_missing')
    },
  )

  it('refuses what was used, and nothing for a copy that failed', async () => {
    const signer = signerOf()
    const sent = headOf(signed())
    expect(await verdict(sent, signer, 'forged')).toBe('signature_invalid')
    expect(await verdict(sent, signer)).toBe('passed')
    expect(await verdict(sent, signer)).toBe('signature_replayed')
    expect(await verdict(headOf(signed({ nonce: 'again' })), signer)).toBe('passed')
    expect(await verdict(sent, { ...signer, client: 'other' })).toBe('passed')
  })

  it('lets one of many that come at once pass', async () => {
    const signer = signerOf()
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => verdict(headOf(signed()), signer)))
    expect(verdicts.filter((each) => each === 'passed')).toHaveLength(1)
  })

  it('refuses when the memory is full', async () => {
    const signer = signerOf({ seen: createSeenSignatures(1) })
    expect(await verdict(headOf(signed()), signer)).toBe('passed')
    expect(await verdict(headOf(signed({ nonce: 'n' })), signer)).toBe('429 rate_limit_exceeded')
  })
})
