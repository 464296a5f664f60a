import { describe, expect, it } from 'vitest'
import { parseForm, writeForm } from '../../../src/protocols/form-body.ts'
import { formWith, parseFormRequest } from '../../../src/protocols/form-request.ts'
import { textParts } from '../../../src/protocols/text-parts.ts'
import { errorOf } from '../error-of.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const SOUND = Uint8Array.of(0, 255, 13, 10, 45, 45)

const field = (name: string, text: string) => ({
  name,
  filename: null,
  contentType: null,
  content: encode(text),
})
const FORM = [
  field('model', 'whisper'),
  field('prompt', 'names: Ada'),
  { name: 'file', filename: 'call.wav', contentType: 'audio/wav', content: SOUND },
  field('include[]', 'a'),
  field('include[]', 'b'),
  field('stream', 'true'),
]

const read = (parts = FORM) => parseFormRequest(writeForm(parts, 'b'), 'b')

describe('parseFormRequest', () => {
  it('takes the default where none is named, as a field that leaves with the others', () => {
    const nameless = FORM.filter(({ name }) => name !== 'model')
    const { model, form } = parseFormRequest(writeForm(nameless, 'b'), 'b', 'whisper')
    expect(model).toBe('whisper')
    expect(form?.map(({ name }) => name)).toEqual([...nameless.map(({ name }) => name), 'model'])
    expect(parseFormRequest(writeForm(FORM, 'b'), 'b', 'other').model).toBe('whisper')
  })

  it('shows the fields as guards see them, and of the file that nobody can read it', () => {
    const { model, stream, body } = read()
    expect([model, stream]).toEqual(['whisper', true])
    expect(body.value).toEqual({
      model: 'whisper',
      prompt: 'names: Ada',
      file: { file: { filename: 'call.wav', file_data: '6 bytes' } },
      'include[]': ['a', 'b'],
      stream: true,
    })
    const { parts, opaque } = textParts(body.value, 'transcriptions')
    expect(opaque).toBe(true)
    expect(parts.filter(({ kind }) => kind === 'text').map(({ text }) => text)).toEqual([
      'names: Ada',
      'call.wav',
      'a',
      'b',
    ])
  })

  it.each<[string, typeof FORM, string]>([
    ['no model', FORM.slice(1), 'invalid_field'],
    ['two models', [...FORM, field('model', 'other')], 'invalid_form'],
    ['a file for a model', [{ ...FORM[2]!, name: 'model' }], 'invalid_field'],
    ['what would choose the upstream', [...FORM, field('api_base', 'x')], 'field_not_allowed'],
    ['text that is none', [...FORM, { ...field('a', ''), content: SOUND }], 'invalid_form'],
    ['an odd wish', [...FORM.slice(0, 5), field('stream', 'yes')], 'invalid_field'],
  ])('refuses %s', (_, parts, code) => {
    expect(errorOf(() => read(parts))).toMatchObject({ code, status: 400 })
  })
})

describe('formWith', () => {
  it('finds the place of a text behind a file of the same name', () => {
    const file = { ...FORM[2]!, name: 'prompt' }
    const form = [file, field('prompt', 'ada@example.com')]
    const shown = [{ file: { filename: 'call.wav', file_data: '6 bytes' } }, '[EMAIL]']
    const leaves = formWith(form, new Map([['prompt', JSON.stringify(shown)]]), 'c')
    expect(parseForm(leaves, 'c')).toEqual([file, field('prompt', '[EMAIL]')])
  })

  it('replaces fields, and leaves the others and the file as they came', () => {
    const replaced = new Map([
      ['model', '"whisper-1"'],
      ['include[]', '["a","[EMAIL]"]'],
      ['file', '"no"'],
    ])
    const expected = FORM.map((part) => ({ ...part }))
    expected[0] = field('model', 'whisper-1')
    expected[4] = field('include[]', '[EMAIL]')
    expect(parseForm(formWith(FORM, replaced, 'c'), 'c')).toEqual(expected)
  })
})
