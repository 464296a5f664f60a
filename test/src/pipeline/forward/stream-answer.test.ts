import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../../../src/errors.ts'
import { createStreamAnswer, type StreamAnswer } from '../../../../src/pipeline/forward/stream-answer.ts'
import { dialectOf } from '../../../../src/protocols/dialect-of.ts'
import type { Surface } from '../../../../src/table/route-table.ts'
import { rejectionOf } from '../../error-of.ts'

const failure = new GatewayError('upstream_timeout', 'No answer.')
const bytes = new TextEncoder().encode('data: a\n\n')

function createAnswer(surface: Surface = 'chat'): { answer: StreamAnswer; responses: Response[] } {
  const responses: Response[] = []
  const answer = createStreamAnswer(
    {
      createPipe: () => new TransformStream<Uint8Array, Uint8Array>(),
      answerHeaders: {},
      dialect: dialectOf(surface),
      correlationId: 'r-1',
    },
    (response) => responses.push(response),
  )
  return { answer, responses }
}

function committed(surface: Surface = 'chat'): { answer: StreamAnswer; response: Response } {
  const { answer, responses } = createAnswer(surface)
  answer.commit({ 'x-a': 'b' })
  const [response] = responses
  if (response === undefined) throw new Error('commit gave no response')
  return { answer, response }
}

describe('before commit', () => {
  it('gives nothing away', async () => {
    const { answer, responses } = createAnswer()
    expect(answer.committed).toBe(false)
    expect(() => answer.write(bytes)).toThrow('before commit')
    expect(responses).toEqual([])
  })

  it('fails with an ordinary error response', async () => {
    const { answer, responses } = createAnswer()
    await answer.fail(failure, true)
    expect(responses[0]?.status).toBe(504)
    expect(await responses[0]?.json()).toEqual(failure.toBody())
  })

  it("fails in the shape of the client's protocol", async () => {
    const { answer, responses } = createAnswer('messages')
    await answer.fail(failure, true)
    expect(await responses[0]?.json()).toEqual({
      type: 'error',
      error: { type: 'timeout_error', message: 'No answer.' },
      request_id: 'r-1',
    })
  })

  it('ends the request of a client that is gone', () => {
    const { answer, responses } = createAnswer()
    answer.drop(new GatewayError('client_gone', 'gone'))
    expect(responses.map((response) => response.status)).toEqual([499])
  })
})

describe('after commit', () => {
  it('streams what is written', async () => {
    const { answer, response } = committed()
    expect(answer.committed).toBe(true)
    expect(response.status).toBe(200)
    expect(response.headers.get('x-a')).toBe('b')
    const text = response.text()
    await answer.write(bytes)
    await answer.close()
    expect(await text).toBe('data: a\n\n')
  })

  it('waits for the reader', async () => {
    const { answer, response } = committed()
    let taken = false
    const writing = answer.write(bytes).then(() => (taken = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(taken).toBe(false)
    await response.body?.getReader().read()
    await writing
    expect(taken).toBe(true)
  })

  it('fails with an error frame and an end', async () => {
    const { answer, response } = committed()
    const text = response.text()
    await answer.write(bytes)
    await answer.fail(failure, true)
    expect(await text).toBe(`data: a\n\ndata: ${JSON.stringify(failure.toBody())}\n\n`)
  })

  it('fails with a frame that goes on from what was sent', async () => {
    const { answer, response } = committed('responses')
    const text = response.text()
    await answer.write(new TextEncoder().encode('data: {"sequence_number":4}\n\n'))
    await answer.fail(failure, true)
    expect(await text).toContain('event: error\ndata: {"type":"error","code":"upstream_timeout"')
    expect(await text).toContain('"sequence_number":5}\n\n')
  })

  it('sets an error frame apart from half an event', async () => {
    const { answer, response } = committed()
    const text = response.text()
    await answer.write(new TextEncoder().encode('data: {"half'))
    await answer.fail(failure, false)
    expect(await text).toBe(`data: {"half\n\ndata: ${JSON.stringify(failure.toBody())}\n\n`)
  })

  it('cuts the connection of a client that takes nothing', async () => {
    const { answer, response } = committed()
    const text = rejectionOf(response.text())
    answer.cut(new Error('gone'))
    expect(await text).toBeInstanceOf(Error)
  })

  it('rejects a write to a client that is gone', async () => {
    const { answer, response } = committed()
    await response.body?.cancel()
    expect(await rejectionOf(answer.write(bytes).then(() => answer.write(bytes)))).not.toBeNull()
    expect(() => answer.drop(failure)).not.toThrow()
  })
})
