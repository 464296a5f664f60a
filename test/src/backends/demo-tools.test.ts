import { describe, expect, it } from 'vitest'
import { chooseToolCall } from '../../../src/backends/demo-tools.ts'

function tool(name: string, parameters: unknown = {}): object {
  return { type: 'function', function: { name, parameters } }
}

const tools = [tool('get_weather'), tool('get_time')]

describe('chooseToolCall', () => {
  it.each([
    { name: 'no tools', body: {}, text: 'get_weather', called: null },
    { name: 'tools that are none', body: { tools: 'get_weather' }, text: 'get_weather', called: null },
    { name: 'nothing asks for one', body: { tools }, text: 'hello', called: null },
    { name: 'the message names one', body: { tools }, text: 'please get_time now', called: 'get_time' },
    { name: 'none may be called', body: { tools, tool_choice: 'none' }, text: 'get_time', called: null },
    {
      name: 'one must be called',
      body: { tools, tool_choice: 'required' },
      text: 'hello',
      called: 'get_weather',
    },
    {
      name: 'one must be called, and one is named',
      body: { tools, tool_choice: 'required' },
      text: 'get_time',
      called: 'get_time',
    },
    {
      name: 'the choice names one',
      body: { tools, tool_choice: { type: 'function', function: { name: 'get_time' } } },
      text: 'get_weather',
      called: 'get_time',
    },
    { name: 'it may choose', body: { tools, tool_choice: 'auto' }, text: 'hello', called: null },
  ])('$name', ({ body, text, called }) => {
    expect(chooseToolCall(body, text)?.name ?? null).toBe(called)
  })

  it.each([
    { schema: { type: 'string' }, value: 'demo' },
    { schema: { type: 'string', enum: ['b', 'c'] }, value: 'b' },
    { schema: { const: 7 }, value: 7 },
    { schema: { type: 'integer', minimum: 5 }, value: 5 },
    { schema: { type: 'number' }, value: 1 },
    { schema: { type: 'boolean' }, value: true },
    { schema: { type: 'array', items: {} }, value: [] },
    { schema: { type: 'null' }, value: null },
    { schema: { type: 'object', properties: { a: { type: 'string' }, b: {} } }, value: { a: 'demo', b: {} } },
    { schema: {}, value: {} },
  ])('fills $schema with $value', ({ schema, value }) => {
    const parameters = { type: 'object', properties: { x: schema, unneeded: {} }, required: ['x'] }
    const call = chooseToolCall({ tools: [tool('f', parameters)] }, 'f')
    expect(JSON.parse(call?.arguments ?? '')).toEqual({ x: value })
  })

  it('ends on a schema that is deeper than any sane one', () => {
    let schema: object = { type: 'string' }
    for (let i = 0; i < 1000; i += 1) schema = { type: 'object', properties: { a: schema } }
    expect(chooseToolCall({ tools: [tool('f', schema)] }, 'f')?.arguments).toContain('{"a":{"a":')
  })
})
