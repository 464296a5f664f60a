/** Facts of a plain chat request, for tests of what is decided on them. */
import type { Facts } from '../../src/table/facts.ts'

export function makeFacts(fields: Partial<Facts> = {}): Facts {
  return {
    client: 'crew',
    surface: 'chat',
    model: 'fast',
    stream: false,
    user: 'crew',
    headers: {},
    tokens: 10,
    maxTokens: null,
    systemLength: 0,
    tools: false,
    images: false,
    json: false,
    labels: {},
    injection: false,
    complexity: 'simple',
    texts: [],
    minuteOfWeek: 0,
    unhealthy: [],
    modes: [],
    ...fields,
  }
}
