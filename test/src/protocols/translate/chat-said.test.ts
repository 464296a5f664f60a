import { describe, expect, it } from 'vitest'
import { chatSaid } from '../../../../src/protocols/translate/chat-said.ts'

describe('chatSaid', () => {
  it.each([
    { message: { content: 'a' }, said: { text: 'a', reasoning: '', refusal: '' } },
    { message: { content: null, refusal: 'no' }, said: { text: '', reasoning: '', refusal: 'no' } },
    { message: { reasoning_content: 'why' }, said: { text: '', reasoning: 'why', refusal: '' } },
    { message: { reasoning: 'why', content: '' }, said: { text: '', reasoning: 'why', refusal: '' } },
    {
      message: { reasoning: 'why', reasoning_content: 'why' },
      said: { text: '', reasoning: 'why', refusal: '' },
    },
    {
      message: { content: [{ type: 'text', text: 'a' }, { type: 'other' }, { type: 'text', text: 'b' }] },
      said: { text: 'ab', reasoning: '', refusal: '' },
    },
    { message: {}, said: { text: '', reasoning: '', refusal: '' } },
  ])('reads $message', ({ message, said }) => {
    expect(chatSaid(message)).toEqual(said)
  })
})
