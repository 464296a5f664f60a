/** How a backend of the test answers an attempt, well or not. */
import type { Recorded } from '../upstream/recording-upstream.ts'
import { chunk, completion, json, type Reply, ROLE, text, wholeStream } from '../upstream/reply.ts'
import type { Fault } from './ask.ts'

type Broken = Exclude<Fault, number | 'none'>

const BROKEN: Readonly<Record<Broken, (isStream: boolean) => Reply>> = {
  cut: () => [{ cut: true }],
  half: (isStream) =>
    isStream
      ? [{ send: ROLE + text('half') }, { cut: true }]
      : [
          { head: 200, headers: { 'content-type': 'application/json' } },
          { send: '{"choices":' },
          { cut: true },
        ],
  html: () => [{ head: 200, headers: { 'content-type': 'text/html' } }, { send: '<p>hello</p>' }],
}

export function answer(fault: Fault, recorded: Recorded): Reply {
  const isStream = recorded.body.includes('"stream":true')
  if (fault === 'none') return well(recorded, isStream)
  if (typeof fault !== 'number') return BROKEN[fault](isStream)
  return json(fault, { error: { message: 'not now', type: 'server_error' } })
}

function well({ path, model, body }: Recorded, isStream: boolean): Reply {
  // What the classifier model says changes where the request goes; half of them are hard.
  if (model.endsWith('/judge')) return completion(body.length % 2 === 0 ? 'complex' : 'simple')
  if (path.endsWith('/embeddings')) {
    return json(200, { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [0.1] }], model })
  }
  if (!isStream) return completion('ok')
  if (path.endsWith('/chat/completions')) return [{ send: wholeStream(['one ', 'two']) }]
  return [{ send: chunk({ finish: 'stop' }) + 'data: [DONE]\n\n' }]
}
