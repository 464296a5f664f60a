import { describe, expect, it } from 'vitest'
import { parseModelRequest } from '../../../src/protocols/model-request.ts'
import { errorOf } from '../error-of.ts'

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

describe('parseModelRequest', () => {
  it.each([
    { text: '{"model":"m"}', stream: false },
    { text: '{"model":"m","stream":false}', stream: false },
    { text: '{"model":"m","stream":null}', stream: false },
    {
      text: '{"stream":true,"model":"m","messages":[{"api_key":"a nested field is content"}]}',
      stream: true,
    },
    { text: '{"model":"m","x_unknown":{"deep":[1e400]}}', stream: false },
  ])('$text', ({ text, stream }) => {
    expect(parseModelRequest(bytes(text))).toMatchObject({ model: 'm', stream, body: { text } })
  })

  it.each([
    { text: '{}', param: 'model' },
    { text: '{"model":""}', param: 'model' },
    { text: '{"model":null}', param: 'model' },
    { text: '{"model":["m"]}', param: 'model' },
    { text: '{"model":1}', param: 'model' },
    { text: '{"model":"m","stream":"true"}', param: 'stream' },
    { text: '{"model":"m","stream":1}', param: 'stream' },
    { text: '{"model":"m","stream":{}}', param: 'stream' },
  ])('$text is at fault in $param', ({ text, param }) => {
    expect(errorOf(() => parseModelRequest(bytes(text)))).toMatchObject({
      code: 'invalid_field',
      status: 400,
      options: { param },
    })
  })

  it.each([
    'api_base',
    'kv_transfer_params',
    'bootstrap_host',
    'models',
    'base_url',
    'api_key',
    'custom_llm_provider',
    'extra_headers',
    'fallbacks',
    'num_retries',
    'disable_fallbacks',
    'litellm_params',
    'mock_response',
    'mock_anything_new',
    'no-log',
    'user_config',
    'tags',
    'guardrails',
    'prompt_id',
    'prompt_variables',
    'mcp_servers',
    'vector_store_ids',
    'arize_api_key',
    'auto_router_config',
  ])('%s is for the policy to say', (field) => {
    const [first = '', ...others] = field
    const escaped = `\\u${first.charCodeAt(0).toString(16).padStart(4, '0')}${others.join('')}`
    for (const key of [field, escaped]) {
      expect(errorOf(() => parseModelRequest(bytes(`{"model":"m","${key}":null}`)))).toMatchObject({
        code: 'field_not_allowed',
        status: 400,
        options: { param: field },
      })
    }
  })

  it.each([
    { name: 'a lone continuation byte', body: [0x80] },
    { name: 'an overlong slash', body: [0xc0, 0xaf] },
    { name: 'a surrogate', body: [0xed, 0xa0, 0x80] },
    { name: 'a cut sequence', body: [0xf0, 0x9f, 0x98] },
    { name: 'UTF-16', body: [0xff, 0xfe, 0x7b, 0x00] },
  ])('refuses $name', ({ body }) => {
    const whole = Uint8Array.of(...bytes('{"model":"'), ...body, ...bytes('"}'))
    expect(errorOf(() => parseModelRequest(whole))).toMatchObject({ code: 'invalid_utf8', status: 400 })
  })

  it('does not swallow a byte order mark', () => {
    const whole = Uint8Array.of(0xef, 0xbb, 0xbf, ...bytes('{"model":"m"}'))
    expect(errorOf(() => parseModelRequest(whole))).toMatchObject({ code: 'invalid_json' })
  })

  it('keeps the bytes', () => {
    const text = '{"model":"m","é":"\\ud800 🔑 \\/"}'
    expect(bytes(parseModelRequest(bytes(text)).body.text)).toEqual(bytes(text))
  })

  it.each([
    ['{"input":"hi"}', '{"model":"the \\"guard\\"","input":"hi"}'],
    [' \n{ }', '{"model":"the \\"guard\\"" }'],
    ['{"input":"hi","model": null}', '{"input":"hi","model": "the \\"guard\\""}'],
  ])('takes the default where none is named: %s', (text, named) => {
    const { model, body } = parseModelRequest(bytes(text), 'the "guard"')
    expect([model, body.text, body.value['model']]).toEqual(['the "guard"', named, 'the "guard"'])
  })

  it.each(['{"model":"m","input":"hi"}', '{"m\\u006fdel":"m"}'])('takes no default for %s', (text) => {
    const { model, body } = parseModelRequest(bytes(text), 'guard')
    expect([model, body.text]).toEqual(['m', text])
  })

  it.each(['{"model":""}', '{"model":7}', '{"model":[]}'])('refuses %s all the same', (text) => {
    expect(errorOf(() => parseModelRequest(bytes(text), 'guard'))).toMatchObject({ code: 'invalid_field' })
  })

  it('says that a model is missing, which is not the same as a wrong one', () => {
    expect(errorOf(() => parseModelRequest(bytes('{}')))).toMatchObject({
      code: 'invalid_field',
      message: '`model` is missing: say which one is asked for.',
    })
  })
})
