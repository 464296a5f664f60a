import { describe, expect, it } from 'vitest'
import { parseDataUrl, toDataUrl } from '../../../../src/protocols/translate/data-url.ts'

describe('a file that stands in an address', () => {
  it.each([
    { url: 'data:image/png;base64,QUJD', mediaType: 'image/png', data: 'QUJD' },
    { url: 'DATA:Image/PNG;BASE64,QUJD', mediaType: 'image/png', data: 'QUJD' },
    { url: 'data:text/plain;charset=utf-8;base64,QUJD', mediaType: 'text/plain', data: 'QUJD' },
    { url: 'data:;base64,', mediaType: '', data: '' },
  ])('$url', ({ url, mediaType, data }) => {
    expect(parseDataUrl(url)).toEqual({ mediaType, data })
  })

  it.each([
    'https://h/i.png',
    'data:image/png,QUJD',
    'data:image/png;base64',
    'base64,QUJD',
    '',
    `data:${'x'.repeat(300)};base64,QUJD`,
  ])('%s is none', (url) => {
    expect(parseDataUrl(url)).toBeNull()
  })

  it('is written as it is read', () => {
    expect(toDataUrl({ mediaType: 'image/png', data: 'QUJD' })).toBe('data:image/png;base64,QUJD')
  })
})
