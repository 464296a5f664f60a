import { expect, it } from 'vitest'
import { hasImages } from '../../../src/protocols/has-images.ts'
import type { Surface } from '../../../src/table/route-table.ts'

const PNG = { type: 'base64', media_type: 'image/png', data: 'AAAA' }

it.each([
  { content: 'text', images: false },
  { content: [{ type: 'text', text: 'image' }], images: false },
  { content: [{ type: 'image_url', image_url: { url: 'x' } }], images: true },
  { content: [{ type: 'input_image', image_url: 'x' }], images: true },
  { content: [{ image_url: { url: 'x' } }], images: true },
  { content: { image_url: { url: 'x' } }, images: true },
  { content: [{ image_url: null }], images: false },
  { content: null, images: false },
  { content: [{ type: { toString: 'image' } }, 'image', null], images: false },
])('$content: $images', ({ content, images }) => {
  expect(hasImages({ messages: [{ role: 'user', content }] }, 'chat')).toBe(images)
})

it.each<{ surface: Surface; body: Record<string, unknown>; images: boolean }>([
  {
    surface: 'messages',
    body: { messages: [{ role: 'user', content: [{ type: 'image', source: PNG }] }] },
    images: true,
  },
  {
    surface: 'count-tokens',
    body: {
      messages: [
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'image', source: PNG }] }],
        },
      ],
    },
    images: true,
  },
  {
    surface: 'messages',
    body: {
      messages: [
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'draw', input: { image: 'x' } }] },
      ],
    },
    images: false,
  },
  {
    surface: 'responses',
    body: { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'x' }] }] },
    images: true,
  },
  {
    surface: 'responses',
    body: { input: [{ type: 'function_call_output', output: [{ type: 'input_image', image_url: 'x' }] }] },
    images: true,
  },
  { surface: 'responses', body: { input: 'an image' }, images: false },
  { surface: 'moderations', body: { input: [{ type: 'image_url', image_url: { url: 'x' } }] }, images: true },
  { surface: 'rerank', body: { query: 'image', documents: ['image'] }, images: false },
])('$surface: $images', ({ surface, body, images }) => {
  expect(hasImages(body, surface)).toBe(images)
})
