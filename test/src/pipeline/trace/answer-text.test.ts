import { describe, expect, it } from 'vitest'
import { AnswerText } from '../../../../src/pipeline/trace/answer-text.ts'
import { createTextsInHand, type TextsInHand } from '../../../../src/pipeline/trace/texts-in-hand.ts'

const encoder = new TextEncoder()
const event = (content: string): Uint8Array =>
  encoder.encode(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`)
const whole = (content: string): Uint8Array =>
  encoder.encode(JSON.stringify({ choices: [{ message: { content } }] }))

const MOST = 100_000

function heard(feed: (answer: AnswerText) => void, hand: TextsInHand = createTextsInHand()): string[] {
  const answer = new AnswerText(MOST, hand)
  feed(answer)
  return answer.end().map(({ text }) => text)
}

describe('AnswerText', () => {
  it.each<{ name: string; feed: (answer: AnswerText) => void; said: string[] }>([
    { name: 'nothing where nothing came', feed: () => {}, said: [] },
    { name: 'a whole answer', feed: (answer) => answer.whole(whole('hi')), said: ['hi'] },
    {
      name: 'of two tries the last answer',
      feed: (answer) => {
        answer.whole(whole('first'))
        answer.whole(whole('second'))
      },
      said: ['second'],
    },
    { name: 'no text of what is no JSON', feed: (answer) => answer.whole(encoder.encode('<p>hi')), said: [] },
    {
      name: 'what was said before an event that cannot be read, and no failure of the stream',
      feed: (answer) => {
        answer.piece(event('so'))
        const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
        const begun = `{"type":"content_block_start","index":0,"content_block":{"deep":${deep}}}`
        answer.piece(encoder.encode(`data: ${begun}\n\n`))
        answer.piece(event(' far'))
      },
      said: ['so', '[an answer that cannot be read, not kept]'],
    },
    {
      name: 'a stream, cut wherever',
      feed: (answer) => {
        const bytes = encoder.encode(`${new TextDecoder().decode(event('grün'))}data: [DONE]\n\n`)
        answer.piece(event('so '))
        for (const [from, to] of [
          [0, 50],
          [50, 51],
          [51, undefined],
        ])
          answer.piece(bytes.subarray(from, to))
      },
      said: ['so grün'],
    },
    {
      name: 'a stream whose chunks have gone meanwhile, with the buffers that they were a small part of',
      feed: (answer) => {
        const buffer = new Uint8Array(4096)
        for (const said of ['so', ' far']) {
          const { byteLength } = event(said)
          buffer.set(event(said))
          answer.piece(buffer.subarray(0, byteLength))
          buffer.fill(0)
        }
      },
      said: ['so far'],
    },
    {
      name: 'a stream that is read as it comes',
      feed: (answer) => {
        for (let i = 0; i < 3000; i += 1) answer.piece(event('0123456789'))
      },
      said: ['0123456789'.repeat(3000)],
    },
    {
      name: 'that an answer was too large',
      feed: (answer) => answer.whole(whole('x'.repeat(2 ** 20))),
      said: ['[an answer too large, not kept]'],
    },
    {
      name: 'what somebody says was left out',
      feed: (answer) => answer.leaveOut('sound'),
      said: ['[sound, not kept]'],
    },
  ])('tells $name', ({ feed, said }) => {
    expect(heard(feed)).toEqual(said)
  })

  it.each<{ name: string; parts: string[]; said: string[] }>([
    {
      name: 'its text, whatever else it has',
      parts: ['{"text": "so ', 'f\u00e4r", "segments": [{"text": "so"}]}'],
      said: ['so fär'],
    },
    {
      name: 'nothing of one that is no JSON',
      parts: ['WEBVTT\n\n', '00:01 so'],
      said: ['[a transcript that is no JSON, not kept]'],
    },
    {
      name: 'nothing of one that broke off',
      parts: ['{"text": "so'],
      said: ['[a transcript that is no JSON, not kept]'],
    },
    {
      name: 'that it was too large',
      parts: ['{"text": "', 'x'.repeat(600_000), '"}'],
      said: ['[a transcript too large, not kept]'],
    },
    { name: 'nothing where nothing came', parts: [], said: [] },
  ])('tells of a transcript $name', ({ parts, said }) => {
    const hand = createTextsInHand(1_000_000)
    const answer = new AnswerText(0, hand, 'transcript')
    for (const part of parts) answer.part(encoder.encode(part))
    expect(answer.end().map(({ text }) => text)).toEqual(said)
    expect(hand.take(1_000_000)).toBe(true)
  })

  it('reads no other answer that comes in parts', () => {
    expect(heard((answer) => answer.part(encoder.encode('{"text": "so"}')))).toEqual([
      '[an answer too large, not kept]',
    ])
  })

  const block = (index: number, type: string): Uint8Array =>
    encoder.encode(
      `data: ${JSON.stringify({ type: 'content_block_start', index, content_block: { type, data: 'x'.repeat(900) } })}\n\n`,
    )

  it('stops where a stream is hardly text, and says so', () => {
    const said = heard((answer) => {
      answer.piece(event('so'))
      for (let i = 0; i < 1000; i += 1) answer.piece(block(i, 'image'))
      answer.piece(event(' far'))
    })
    expect(said[0]).toBe('so')
    expect(said.at(-1)).toBe('[an answer that is hardly text, not kept]')
    expect(said.length).toBeLessThan(200)
  })

  it('goes on behind an image that is too large, and says so', () => {
    const image = { type: 'response.output_item.done', item: { type: 'image', result: 'x'.repeat(2 ** 20) } }
    const said = heard((answer) => {
      answer.piece(event('so'))
      answer.piece(encoder.encode(`data: ${JSON.stringify(image)}\n\n`))
      answer.piece(event(' far'))
    })
    expect(said).toEqual(['so far', '[a piece too large, not kept]'])
  })

  const inPieces = (bytes: Uint8Array): Uint8Array[] => [bytes.subarray(0, 66_000), bytes.subarray(66_000)]
  const padded = (content: string, size: number): Uint8Array =>
    encoder.encode(
      `data: ${JSON.stringify({ pad: 'x'.repeat(size), choices: [{ index: 0, delta: { content } }] })}\n\n`,
    )
  it.each<{ name: string; lost: (said: string) => Uint8Array[]; note: string }>([
    {
      name: 'an event in two pieces',
      lost: (said) => inPieces(padded(said, 70_000)),
      note: '[an event that cannot be read, not kept]',
    },
    {
      name: 'a piece too large',
      lost: (said) => [padded(said, 2 ** 20)],
      note: '[a piece too large, not kept]',
    },
    {
      name: 'an event that is no JSON',
      lost: (said) => [encoder.encode(`data: {"said": "${said}\n\n`)],
      note: '[an event that cannot be read, not kept]',
    },
  ])('knows where its text is torn: $name', ({ lost, note }) => {
    const answer = new AnswerText(MOST, createTextsInHand())
    for (const piece of [event('so '), ...lost('very '), event('far')]) answer.piece(piece)
    expect(answer.end().map(({ text, tears }) => [text, tears])).toEqual([
      ['so far', [3]],
      [note, undefined],
    ])
  })

  it('says nothing of an event that it cannot read where no text is torn', () => {
    const created = { type: 'response.created', response: { tools: 'x'.repeat(70_000) } }
    const done = { type: 'response.output_item.done', output_index: 0, item: { content: 'so far' } }
    const said = heard((answer) => {
      for (const piece of inPieces(encoder.encode(`data: ${JSON.stringify(created)}\n\n`)))
        answer.piece(piece)
      answer.piece(encoder.encode(`data: ${JSON.stringify(done)}\n\n`))
    })
    expect(said).toEqual(['so far'])
  })

  it('does not hold an answer that has no text', () => {
    const hand = createTextsInHand(1000)
    const answer = new AnswerText(0, hand)
    answer.whole(whole('x'.repeat(900)))
    expect(hand.take(1000)).toBe(true)
    expect(answer.end()).toEqual([])
  })

  it('looks at no more of a stream than is kept', () => {
    const [text = ''] = heard((answer) => {
      for (let i = 0; i < 50_000; i += 1) answer.piece(event('0123456789'))
    })
    expect(text.length).toBeGreaterThan(MOST)
    expect(text.length).toBeLessThan(2 * MOST)
  })

  it('says so where there is no room, and gives back what it took', () => {
    const hand = createTextsInHand(1000)
    expect(heard((answer) => answer.whole(whole('x'.repeat(2000))), hand)).toEqual([
      '[text, of which there is too much at once, not kept]',
    ])
    const said = heard((answer) => {
      for (let i = 0; i < 100; i += 1) answer.piece(event('0123456789'))
    }, hand)
    expect(said).toEqual([
      '0123456789'.repeat(said[0]!.length / 10),
      '[text, of which there is too much at once, not kept]',
    ])
    expect([hand.take(1000), hand.take(1)]).toEqual([true, false])
  })
})
