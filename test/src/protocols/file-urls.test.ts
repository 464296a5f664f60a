import { describe, expect, it } from 'vitest'
import type { GatewayError } from '../../../src/errors.ts'
import { refuseFileUrls } from '../../../src/protocols/file-urls.ts'
import type { FileUrls } from '../../../src/table/route-table.ts'
import { errorOf } from '../error-of.ts'

const inChat = (part: object): Record<string, unknown> => ({
  model: 'm',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'see file:///etc/passwd' }, part] }],
})
const image = (url: string): Record<string, unknown> => inChat({ type: 'image_url', image_url: { url } })

const refusedIn = (body: Record<string, unknown>, rule: FileUrls = 'public'): string | null => {
  const error = errorOf(() => refuseFileUrls(body, rule))
  if (error === undefined) return null
  expect(error).toMatchObject({ code: 'file_url_not_allowed', status: 400 })
  return (error as GatewayError).options.param ?? ''
}

const URL_FIELD = 'messages[0].content[1].image_url.url'

describe('refuseFileUrls', () => {
  it.each([
    'data:image/png;base64,AAAA',
    ' DATA:image/png;base64,AAAA',
    'https://example.com/a.png',
    'HTTP://example.com:8080/a@b.png?c=d#e',
    'https://8.8.8.8/a.png',
    'http://[2606:4700::1111]/a.png',
    'https://bücher.example/a.png',
    'https://127.0.0.1.example.com/',
  ])('takes %s', (url) => {
    expect(refusedIn(image(url))).toBeNull()
  })

  it.each([
    ['another scheme', 'file:///etc/passwd'],
    ['another scheme', 'FILE:/etc/passwd'],
    ['another scheme', '\tfile:///etc/passwd'],
    ['another scheme', 'gs://bucket/a.png'],
    ['a path', '/etc/passwd'],
    ['a path', 'a.png'],
    ['no host', 'http:example.com'],
    ['no host', 'http://'],
    ['no host', 'http:///example.com/a'],
    ['what parsers read in two ways', 'http://example.com\\@127.0.0.1/'],
    ['what parsers read in two ways', 'http://exa\tmple.com/'],
    ['a password', 'http://user:pw@example.com/'],
    ['a port that is none', 'http://example.com:99999/'],
    ['loopback', 'http://127.0.0.1/a.png'],
    ['loopback', 'http://127.1:8000/'],
    ['loopback', 'http://0x7f000001/'],
    ['loopback', 'http://2130706433/'],
    ['loopback', 'http://0177.0.0.1/'],
    ['loopback', 'http://①②⑦.0.0.1/'],
    ['loopback', 'http://127%2e0.0.1/'],
    ['loopback', 'http://127.0.0.1./'],
    ['loopback', 'http://[::1]/'],
    ['loopback', 'http://[::ffff:127.0.0.1]/'],
    ['loopback', 'http://[::ffff:7f00:1]/'],
    ['this network', 'http://0.0.0.0/'],
    ['any address', 'http://[::]/'],
    ['clouds tell secrets there', 'http://169.254.169.254/latest/meta-data/'],
    ['clouds tell secrets there', 'http://[fd00:ec2::254]/'],
    ['clouds tell secrets there', 'http://metadata.google.internal/'],
    ['link-local', 'http://[fe80::1]/'],
    ['private', 'http://10.1.2.3/'],
    ['private', 'http://172.31.255.255/'],
    ['private', 'http://192.168.0.1/'],
    ['shared', 'http://100.64.0.1/'],
    ['multicast', 'http://224.0.0.1/'],
    ['multicast', 'http://[ff02::1]/'],
    ['broadcast', 'http://255.255.255.255/'],
    ['IPv4 within IPv6', 'http://[64:ff9b::7f00:1]/'],
    ['IPv4 within IPv6', 'http://[2002:7f00:1::]/'],
    ['IPv4 within IPv6', 'http://[2001:0:7f00:1::]/'],
    ['a name of this machine', 'http://localhost:11434/'],
    ['a name of this machine', 'http://a.LOCALHOST./'],
    ['a name of this network', 'http://vllm/'],
    ['a name of this network', 'https://nas.lan/'],
    ['a name of this network', 'https://nas.local/'],
    ['a name of this network', 'https://nas.home.arpa/'],
    ['a name of this network', 'http://api.default.svc/'],
  ])('refuses %s: %s', (_, url) => {
    expect(refusedIn(image(url))).toBe(URL_FIELD)
  })

  it.each<[FileUrls, string, boolean]>([
    ['any', 'http://127.0.0.1/a.png', true],
    ['any', 'http://nas.lan/a.png', true],
    ['any', 'file:///etc/passwd', false],
    ['any', 'http://a\\@b/', false],
    ['inline', 'https://example.com/a.png', false],
    ['inline', 'data:image/png;base64,AAAA', true],
  ])('with %s: %s', (rule, url, isTaken) => {
    expect(refusedIn(image(url), rule)).toBe(isTaken ? null : URL_FIELD)
  })

  const inner = 'http://127.0.0.1/x'
  it.each<[string, Record<string, unknown>, string]>([
    [
      'an image as a text',
      inChat({ type: 'image_url', image_url: inner }),
      'messages[0].content[1].image_url',
    ],
    ['an image without a type', inChat({ image_url: { url: inner } }), URL_FIELD],
    ['a list of images', { messages: [{ role: 'user', images: [inner] }] }, 'messages[0].images[0]'],
    [
      'sound',
      inChat({ type: 'audio_url', audio_url: { url: inner } }),
      'messages[0].content[1].audio_url.url',
    ],
    [
      'a video',
      inChat({ type: 'video_url', video_url: { url: inner } }),
      'messages[0].content[1].video_url.url',
    ],
    [
      'sound for its data',
      inChat({ type: 'input_audio', input_audio: { data: inner, format: 'wav' } }),
      'messages[0].content[1].input_audio.data',
    ],
    [
      'a file by an id',
      inChat({ type: 'file', file: { file_id: inner } }),
      'messages[0].content[1].file.file_id',
    ],
    [
      'a file by its data',
      inChat({ type: 'file', file: { file_data: 'file:///a' } }),
      'messages[0].content[1].file.file_data',
    ],
    [
      'Gemini by way of LiteLLM',
      inChat({ type: 'file', file: { fileUri: inner } }),
      'messages[0].content[1].file.fileUri',
    ],
    [
      'a response',
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: inner }] }] },
      'input[0].content[0].image_url',
    ],
    [
      "a response's file",
      { input: [{ role: 'user', content: [{ type: 'input_file', file_url: inner }] }] },
      'input[0].content[0].file_url',
    ],
    [
      'a picture of the screen',
      {
        input: [{ type: 'computer_call_output', output: { type: 'computer_screenshot', image_url: inner } }],
      },
      'input[0].output.image_url',
    ],
    [
      'a message',
      { messages: [{ role: 'user', content: [{ source: { type: 'url', url: inner }, type: 'image' }] }] },
      'messages[0].content[0].source.url',
    ],
    [
      "a message's document",
      { system: [{ type: 'document', source: { type: 'url', url: inner } }] },
      'system[0].source.url',
    ],
    [
      'an image in a document',
      {
        messages: [
          {
            role: 'user',
            content: [
              {
                type: 'document',
                source: {
                  type: 'content',
                  content: [{ type: 'image', source: { type: 'url', url: inner } }],
                },
              },
            ],
          },
        ],
      },
      'messages[0].content[0].source.content[0].source.url',
    ],
    [
      'what a tool shows',
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'tool_result', content: [{ type: 'image', source: { type: 'url', url: inner } }] },
            ],
          },
        ],
      },
      'messages[0].content[0].content[0].source.url',
    ],
    ['an embedding', { input: [{ image: inner }] }, 'input[0].image'],
    ['a document to rank', { query: 'a', documents: [{ image_url: inner }] }, 'documents[0].image_url'],
    ['a moderation', { input: [{ type: 'image_url', image_url: { url: inner } }] }, 'input[0].image_url.url'],
    ['a recording elsewhere', { url: inner }, 'url'],
    ['a recording elsewhere, in the field of the file', { file: inner }, 'file'],
  ])('finds it in %s', (_, body, field) => {
    expect(refusedIn(body)).toBe(field)
  })

  it.each<[string, Record<string, unknown>]>([
    ['text', { messages: [{ role: 'user', content: `look at ${inner}` }], prompt: inner, input: inner }],
    ['a sound that is wanted', { modalities: ['audio'], audio: { voice: 'alloy', format: 'wav' } }],
    [
      'sound in the request',
      inChat({ type: 'input_audio', input_audio: { data: '/9j/AAAA', format: 'wav' } }),
    ],
    ['a file that is kept', inChat({ type: 'file', file: { file_id: 'file-abc', filename: 'C: a.txt' } })],
    ['images in the request', { messages: [{ role: 'user', content: 'a', images: ['/9j/AAAA'] }] }],
    ['a tool', { tools: [{ type: 'function', function: { name: 'a', parameters: { url: inner } } }] }],
    [
      'what a tool is called with',
      { messages: [{ role: 'assistant', content: [{ type: 'tool_use', input: { image_url: inner } }] }] },
    ],
    [
      'a document whose text is there',
      {
        messages: [
          { role: 'user', content: [{ type: 'document', source: { type: 'text', data: `see: ${inner}` } }] },
        ],
      },
    ],
    [
      'where something was found',
      {
        messages: [
          { role: 'user', content: [{ type: 'search_result', source: inner, title: 'a', content: [] }] },
          {
            role: 'assistant',
            content: 'a',
            annotations: [{ type: 'url_citation', url_citation: { url: inner } }],
          },
        ],
      },
    ],
    ['tokens', { input: [[1, 2, 3]] }],
  ])('does not mind %s', (_, body) => {
    expect(refusedIn(body)).toBeNull()
  })

  it('tells no more of an address than where it stands', () => {
    const error = errorOf(() => refuseFileUrls(image('http://secret.lan/token'), 'public')) as GatewayError
    expect(error.message).not.toContain('secret')
    expect(error.message).toContain(URL_FIELD)
  })
})
