import { describe, expect, it } from 'vitest'
import { traceLinks } from '../../../../src/pipeline/trace/trace-links.ts'
import type { TraceLinks } from '../../../../src/table/trace-links.ts'
import { makeTable } from '../../make-snapshot.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const UUID = '0b1c2d3e-4f50-4a61-8b72-93a4b5c6d7e8'
const table = makeTable()

const linksOf = (header: { traceparent?: string; sessionId?: string }, body: object = {}): TraceLinks =>
  traceLinks({ traceparent: null, sessionId: null, ...header }, { ...body }, table)

describe('traceparent', () => {
  it.each<[string, string, TraceLinks]>([
    ['that is recorded', `00-${TRACE}-${SPAN}-01`, { parent: `${TRACE}-${SPAN}` }],
    ['with other flags too', `00-${TRACE}-${SPAN}-03`, { parent: `${TRACE}-${SPAN}` }],
    ['of a later version, with more', `01-${TRACE}-${SPAN}-01-more`, { parent: `${TRACE}-${SPAN}` }],
    ['that is not recorded', `00-${TRACE}-${SPAN}-00`, {}],
    ['with more than its version has', `00-${TRACE}-${SPAN}-01-more`, {}],
    ['of no version', `ff-${TRACE}-${SPAN}-01`, {}],
    ['of no trace', `00-${'0'.repeat(32)}-${SPAN}-01`, {}],
    ['of no span', `00-${TRACE}-${'0'.repeat(16)}-01`, {}],
    ['in capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`, {}],
    ['cut short', `00-${TRACE}-${SPAN.slice(1)}-01`, {}],
    ['empty', '', {}],
  ])('%s', (_, traceparent, links) => {
    expect(linksOf({ traceparent })).toEqual(links)
  })
})

describe('the conversation', () => {
  it.each<[string, { sessionId?: string }, object, string | undefined]>([
    ['by the header', { sessionId: 'ses_1' }, { metadata: { session_id: 'other' } }, 'ses_1'],
    ['by metadata', {}, { metadata: { session_id: 'run/7' } }, 'run/7'],
    ['as Claude Code says it', {}, { metadata: { user_id: `user_ab_account__session_${UUID}` } }, UUID],
    ['of the Responses protocol', {}, { conversation: 'conv_1' }, 'conv_1'],
    ['as an object', {}, { conversation: { id: 'conv_2' } }, 'conv_2'],
    ['of a user alone', {}, { metadata: { user_id: 'anna' } }, undefined],
    ['that is not said', {}, { metadata: null, conversation: 7 }, undefined],
    ['with what no id has', { sessionId: 'two words' }, {}, undefined],
    ['that is too long', { sessionId: 'a'.repeat(129) }, {}, undefined],
    ['that is an address', {}, { metadata: { session_id: 'anna@example.org' } }, undefined],
    ['that is a key', { sessionId: `ghp_${'aB3dE6gH'.repeat(5).slice(0, 36)}` }, {}, undefined],
  ])('%s', (_, header, body, session) => {
    expect(linksOf(header, body).session).toBe(session)
  })
})
