/**
 * The admin API's OpenAPI document: paths as they stand here, schemas from the types of what is answered.
 * `test/conformance/admin-api.test.ts` holds it against what a gateway answers.
 */
import { createGenerator, type Schema } from 'ts-json-schema-generator'

type Json = Record<string, unknown>

/** Types that answers are of, and where each stands. */
const TYPES = {
  GatewayStatus: 'src/control/gateway-status.ts',
  HealthDetail: 'src/control/health/health-detail.ts',
  HistoryPage: 'src/table/history.ts',
  HistoryEntry: 'src/table/history.ts',
  TraceReport: 'src/table/history.ts',
  AggregateReport: 'src/table/history.ts',
  UsageReport: 'src/table/usage-report.ts',
  AlertsReport: 'src/table/alert-status.ts',
  AlertTestResult: 'src/table/alert-status.ts',
  ModeStatus: 'src/control/mode-status.ts',
  ShadowReport: 'src/table/shadow-report.ts',
  LogLine: 'src/table/log-line.ts',
  ErrorBody: 'src/errors.ts',
} as const

const MOMENT = { type: 'string', description: 'Such as 24h, 7d, 2026-11-21 or 2026-11-21T08:00:00Z.' }
const NAME = { type: 'string' }
const FILTER = {
  client: NAME,
  model: NAME,
  backend: NAME,
  rule: { type: 'string', description: '`ruleset/id`.' },
  variant: { type: 'string', description: 'Arm of a split, as the model that it names.' },
  status: { type: 'string', pattern: '^([1-5]xx|[1-5]\\d\\d)$' },
  failed: { type: 'string', enum: ['true', 'false'] },
  since: MOMENT,
  until: MOMENT,
}
const GROUP = (names: readonly string[]): Json => ({ type: 'string', enum: names })
const SWITCHED = object({ on: { type: 'boolean' } })
const REFUSED = object({ diagnostics: { type: 'array' }, rendered: { type: 'string' } })

const PATHS: Json = {
  '/health/detailed': {
    get: operation('How each part stands; 503 while no edge serves', {
      '200': json('HealthDetail'),
      '503': json('HealthDetail'),
    }),
  },
  '/metrics': {
    get: operation("Metrics in Prometheus' text format", {
      '200': { description: 'Metrics', content: { 'text/plain': { schema: { type: 'string' } } } },
    }),
  },
  '/admin/openapi.json': {
    get: operation('This document', {
      '200': { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } },
    }),
  },
  '/admin/events': {
    get: operation('Lines of the log as they are written: a WebSocket whose messages are arrays of LogLine', {
      '101': { description: 'Spoken as a WebSocket from here on' },
    }),
  },
  '/admin/status': { get: operation('The gateway that runs', { '200': json('GatewayStatus') }) },
  '/admin/reload': {
    post: operation('Compiles the policies anew and brings them into force', {
      '200': inline(
        object({ digest: { type: 'string' }, how: GROUP(['swapped', 'restarted', 'unchanged']) }),
      ),
      '409': inline(REFUSED),
    }),
  },
  '/admin/requests': {
    get: {
      ...operation('Requests, newest first', { '200': json('HistoryPage') }),
      parameters: query({
        ...FILTER,
        before: { type: 'integer', minimum: 1, description: '`next` of the page before.' },
        limit: { type: 'integer', minimum: 1, maximum: 1000, default: 50 },
      }),
    },
  },
  '/admin/requests/{id}': {
    get: {
      ...operation('One request, and why it went where it went', {
        '200': json('HistoryEntry'),
        '404': json('ErrorBody'),
      }),
      parameters: [path('id', 'Its own id, or its correlation id.')],
    },
  },
  '/admin/requests/{id}/trace': {
    get: {
      ...operation('Its trace: the id of it, and how it stands with it at each sink', {
        '200': json('TraceReport'),
        '404': json('ErrorBody'),
      }),
      parameters: [path('id', 'Its own id, or its correlation id.')],
    },
  },
  '/admin/aggregates': {
    get: {
      ...operation('Sums and percentiles over time', { '200': json('AggregateReport') }),
      parameters: query({
        ...FILTER,
        by: GROUP(['client', 'model', 'backend', 'status', 'error', 'rule', 'variant']),
        step: { type: 'integer', minimum: 1, maximum: 2_592_000, description: 'Seconds of a slice of time.' },
      }),
    },
  },
  '/admin/usage': {
    get: {
      ...operation('Requests, tokens and money, and how budgets stand', { '200': json('UsageReport') }),
      parameters: query({
        by: GROUP(['client', 'model', 'backend', 'variant', 'day']),
        since: MOMENT,
        until: MOMENT,
        client: NAME,
      }),
    },
  },
  '/admin/alerts': {
    get: operation('How the alerts of the policy stand, and their receivers', {
      '200': json('AlertsReport'),
    }),
  },
  '/admin/alerts/{name}/test': {
    parameters: [path('name', 'Of the policy.')],
    post: operation('Sends a message to the receivers of an alert, and waits for them', {
      '200': inline(object({ results: { type: 'array', items: ref('AlertTestResult') } })),
      '404': json('ErrorBody'),
    }),
  },
  '/admin/modes': {
    get: operation('All modes', {
      '200': inline(object({ modes: { type: 'array', items: ref('ModeStatus') } })),
    }),
  },
  '/admin/modes/{name}': {
    parameters: [path('name', 'Of the policy.')],
    get: operation('One mode', { '200': json('ModeStatus'), '404': json('ErrorBody') }),
    put: {
      ...operation('Switches it', {
        '200': json('ModeStatus'),
        '404': json('ErrorBody'),
        '409': inline(REFUSED),
      }),
      requestBody: { required: true, content: { 'application/json': { schema: SWITCHED } } },
    },
  },
  '/admin/shadow': {
    get: operation('What the candidate would have done', {
      '200': inline(object({ report: { anyOf: [ref('ShadowReport'), { type: 'null' }] } })),
    }),
    put: {
      ...operation('Lets a candidate table decide beside the live one', {
        '204': { description: 'Done' },
      }),
      requestBody: {
        required: true,
        content: { 'application/json': { schema: object({ table: { type: 'object' } }) } },
      },
    },
    delete: operation('Ends that', { '204': { description: 'Done' } }),
  },
}

/** @param root folder of the project, with its slash */
export function adminOpenapi(root: string): Json {
  const generator = createGenerator({
    path: `${root}{${[...new Set(Object.values(TYPES))].join(',')}}`,
    tsconfig: `${root}schemas/tsconfig.json`,
    additionalProperties: false,
    // Types of what runs on Node lead to packages that this TypeScript does not know.
    skipTypeCheck: true,
  })
  const schemas: Json = {}
  for (const type of Object.keys(TYPES)) Object.assign(schemas, definitionsOf(generator.createSchema(type)))
  return {
    openapi: '3.1.0',
    info: {
      title: 'aicc admin API',
      version: '1',
      description: 'Answers on loopback only, to who has the token of the state folder.',
    },
    security: [{ token: [] }],
    paths: PATHS,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } }, schemas },
  }
}

/** Names of generics hold brackets, which OpenAPI does not allow in a name. */
function definitionsOf({ definitions = {} }: Schema): Json {
  const rename = (name: string): string => name.replaceAll(/[^\w.-]+/g, '_')
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk)
    if (typeof node !== 'object' || node === null) return node
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => [
        key,
        key === '$ref' && typeof value === 'string'
          ? `#/components/schemas/${rename(decodeURIComponent(value.slice('#/definitions/'.length)))}`
          : walk(value),
      ]),
    )
  }
  return Object.fromEntries(Object.entries(definitions).map(([name, body]) => [rename(name), walk(body)]))
}

function operation(summary: string, responses: Json): Json {
  const refused = { description: 'Refused', content: { 'application/json': { schema: ref('ErrorBody') } } }
  return { summary, responses: { ...responses, default: refused } }
}

function json(type: keyof typeof TYPES): Json {
  return inline(ref(type))
}

function inline(schema: Json): Json {
  return { description: 'Answered', content: { 'application/json': { schema } } }
}

function ref(type: keyof typeof TYPES): Json {
  return { $ref: `#/components/schemas/${type}` }
}

function object(properties: Json): Json {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

function query(fields: Record<string, Json>): Json[] {
  return Object.entries(fields).map(([name, schema]) => ({ name, in: 'query', schema }))
}

function path(name: string, description: string): Json {
  return { name, in: 'path', required: true, description, schema: { type: 'string' } }
}
