import { describe, expect, it } from 'vitest'
import { createTranscript, type SaidSoFar } from '../../../src/protocols/transcript.ts'
import { chunk, DONE, frame, ROLE, text } from '../../upstream/reply.ts'

function soFar(...pieces: string[]): SaidSoFar | null {
  const transcript = createTranscript()
  for (const piece of pieces) transcript.add(new TextEncoder().encode(piece))
  return transcript.soFar()
}

describe('what was said so far', () => {
  it('is the text of one choice, and the identity of its answer', () => {
    expect(soFar(`: loading\n\n${ROLE}${text('One ')}`, text('two é'))).toEqual({
      text: 'One two é',
      identity: { id: 'chatcmpl-mock', created: 1_700_000_000, model: 'mock' },
    })
  })

  it.each([
    { name: 'nothing', pieces: [ROLE] },
    { name: 'a tool call', pieces: [text('Let me look.'), chunk({ delta: { tool_calls: [{ index: 0 }] } })] },
    { name: 'reasoning', pieces: [chunk({ delta: { reasoning_content: 'hm' } }), text('Yes')] },
    { name: 'another choice', pieces: [frame({ choices: [{ index: 1, delta: { content: 'x' } }] })] },
    {
      name: 'two at once',
      pieces: [
        frame({
          choices: [
            { index: 0, delta: {} },
            { index: 1, delta: {} },
          ],
        }),
      ],
    },
    { name: 'the end', pieces: [text('All.') + chunk({ finish: 'stop' })] },
    { name: 'the end of the stream', pieces: [text('All.') + DONE] },
    { name: 'an error', pieces: [text('x'), frame({ error: { message: 'no' } })] },
    { name: 'half an event', pieces: [text('x'), 'data: {"choi'] },
    {
      name: 'a role that is not the assistant’s',
      pieces: [chunk({ delta: { role: 'tool', content: 'x' } })],
    },
    { name: 'more than is kept', pieces: [text('x'.repeat(256 * 1024)), text('x')] },
  ])('is nothing to go on from after $name', ({ pieces }) => {
    expect(soFar(...pieces)).toBeNull()
  })
})
