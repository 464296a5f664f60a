import { describe, expect, it } from 'vitest'
import { serverToolAsked, stateAsked } from '../../../src/protocols/asks-of-backend.ts'
import type { Surface } from '../../../src/table/route-table.ts'

type Row = [surface: Surface, body: Record<string, unknown>, asked: string | undefined]

describe('stateAsked', () => {
  it.each<Row>([
    ['responses', { input: 'a' }, undefined],
    ['responses', { previous_response_id: 'resp_1' }, 'previous_response_id'],
    ['responses', { previous_response_id: null, store: true }, undefined],
    ['responses', { conversation: { id: 'c' } }, 'conversation'],
    ['responses', { prompt: { id: 'p' } }, 'prompt'],
    ['responses', { background: true }, 'background'],
    ['responses', { background: false }, undefined],
    ['responses', { input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input'],
    ['responses', { input: [{ id: 'msg_1' }] }, 'input'],
    ['responses', { input: [{ type: null, id: 'msg_1' }] }, 'input'],
    ['responses', { input: [{ id: 'msg_1', role: 'assistant', content: [] }, 'a'] }, undefined],
    ['messages', { container: 'c' }, 'container'],
    ['completions', { prompt: 'a' }, undefined],
    ['images', { background: 'transparent', prompt: 'a' }, undefined],
    ['chat', { previous_response_id: 'x' }, 'previous_response_id'],
    ['chat', { container: { skills: [] } }, 'container'],
    ['chat', { prompt: 'a', previous_response_id: null }, undefined],
  ])('%s %j: %s', (surface, body, asked) => {
    expect(stateAsked(body, surface)).toBe(asked)
  })
})

describe('serverToolAsked', () => {
  it.each<Row>([
    ['chat', { tools: [{ type: 'function', function: { name: 'f' } }, { function: {} }] }, undefined],
    ['chat', { tools: [{ type: 'mcp' }] }, 'mcp'],
    ['chat', { web_search_options: {} }, 'web_search_options'],
    ['chat', { web_search_options: null, tools: 'none' }, undefined],
    ['responses', { tools: [{ type: 'custom' }, { type: 'web_search' }] }, 'web_search'],
    ['responses', { tools: [{ type: 'file_search', vector_store_ids: ['v'] }] }, 'file_search'],
    ['responses', { tools: [{ type: 'x'.repeat(99) }] }, 'x'.repeat(64)],
    ['messages', { tools: [{ name: 'f', input_schema: {} }] }, undefined],
    ['messages', { tools: [{ type: 'text_editor_20250728', name: 'e' }] }, undefined],
    ['messages', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'web_search_20250305'],
    ['count-tokens', { tools: [{ type: 'code_execution_20250522' }] }, 'code_execution_20250522'],
    ['chat', { tools: [{ googleSearch: {} }] }, 'googleSearch'],
    ['chat', { tools: [{ type: 'function', function: { name: 'f' }, url_context: {} }] }, 'url_context'],
    ['messages', { tools: [{ name: 'f', input_schema: {}, code_execution: {} }] }, 'code_execution'],
    ['responses', { tools: [{ server_label: 'a', server_url: 'https://a.test' }] }, 'server_url'],
    ['chat', { tools: [{ whatever: {} }] }, 'whatever'],
    ['chat', { tools: [{ type: ['mcp'] }] }, 'tool'],
    ['chat', { tools: [{ type: null, function: { name: 'f' } }, 7] }, undefined],
    ['messages', { tools: [{ type: null, name: 'f', input_schema: {} }] }, undefined],
    ['embeddings', { tools: [{ type: 'mcp' }], plugins: [] }, undefined],
  ])('%s %j: %s', (surface, body, asked) => {
    expect(serverToolAsked(body, surface)).toBe(asked)
  })
})
