/**
 * `backends.yaml` in zod: the twin of `BackendsFile` in `config/backends.ts`.
 */
import { z } from 'zod'
import type { BackendsFile, ModeConfig, WakeConfig } from '../config/backends.ts'
import { surfacesSchema } from './classify-schema.ts'
import {
  anyNumber,
  backendModelName,
  backendsOwnName,
  bool,
  countUpTo,
  duration,
  envName,
  hostName,
  httpUrl,
  macAddress,
  name,
  nonEmpty,
  plainText,
  urlPath,
  wholeNumber,
  zoneName,
} from './scalar-schemas.ts'
import { decidedByKey } from './shapes.ts'
import { priceSchema, rateLimitsSchema } from './usage-schema.ts'

const secret = z.strictObject({ env: envName }, { error: 'the name of a variable, as `{ env: MY_KEY }`' })

const parameters = z.array(
  z.string().regex(/^(?!(?:model|messages|input|prompt|stream)$)[a-z][a-z0-9_]{0,63}$/, {
    error: 'the name of a parameter, such as `temperature`',
  }),
  { error: 'a list of parameters, as `[temperature]`' },
)

const backendModelShape = {
  id: backendsOwnName,
  context: countUpTo(1_000_000_000).exactOptional(),
  supports: z
    .array(z.enum(['tools', 'vision', 'json']), { error: 'a list of capabilities, as `[tools]`' })
    .exactOptional(),
  speaks: surfacesSchema.exactOptional(),
  lacks: parameters.exactOptional(),
  zone: zoneName.exactOptional(),
  price: priceSchema.exactOptional(),
}

const backendModel = z.strictObject(backendModelShape)

const ollamaOptions = z.strictObject({
  numCtx: countUpTo(1_000_000_000).exactOptional(),
  keepAlive: z
    .string()
    .regex(/^(forever|[0-9]+(\.[0-9]+)?(ms|s|m|h))$/, {
      error: 'a duration with a unit, such as `30m`, or `forever`',
    })
    .exactOptional(),
  numGpu: wholeNumber(0, 1000).exactOptional(),
})

const NO_MODELS = { error: 'a mapping from names to models, as `{ small: { id: … } }`' }

const ollamaModels = z.record(
  backendModelName,
  z.strictObject({ ...backendModelShape, options: ollamaOptions.exactOptional() }),
  NO_MODELS,
)

const anyBackend = {
  zone: zoneName.exactOptional(),
  mode: name.exactOptional(),
  maxConcurrent: countUpTo(100_000).exactOptional(),
  queue: z
    .union(
      [
        z.literal('off'),
        z.strictObject({ size: countUpTo(10_000).exactOptional(), wait: duration.exactOptional() }),
      ],
      { error: '`off`, or a mapping such as `{ size: 16, wait: 30s }`' },
    )
    .exactOptional(),
  limits: rateLimitsSchema.exactOptional(),
  models: z.record(backendModelName, backendModel, NO_MODELS),
}

const wake: z.ZodType<WakeConfig> = decidedByKey(
  {
    mac: macAddress.exactOptional(),
    broadcast: hostName.exactOptional(),
    port: countUpTo(65_535).exactOptional(),
    url: httpUrl.exactOptional(),
    method: z.enum(['GET', 'POST']).exactOptional(),
  },
  { mac: ['broadcast', 'port'], url: ['method'] },
  'write `{ mac: 00:11:22:33:44:55 }` for Wake-on-LAN, or `{ url: … }`',
)

const httpBackend = {
  ...anyBackend,
  url: httpUrl,
  key: secret.exactOptional(),
  speaks: surfacesSchema.exactOptional(),
  keepsState: bool.exactOptional(),
  lacks: parameters.exactOptional(),
  unsupported: z.enum(['drop', 'reject']).exactOptional(),
  tls: z.strictObject({ ca: nonEmpty.exactOptional(), serverName: hostName.exactOptional() }).exactOptional(),
  health: z
    .union(
      [
        z.literal('off'),
        z.strictObject({
          path: urlPath.exactOptional(),
          interval: duration.exactOptional(),
          timeout: duration.exactOptional(),
        }),
      ],
      { error: '`off`, or a mapping such as `{ path: /health }`' },
    )
    .exactOptional(),
  wake: wake.exactOptional(),
  startsWithin: duration.exactOptional(),
  streamUsage: z.enum(['ask', 'off']).exactOptional(),
}

const backend = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('openai'), ...httpBackend }),
  z.strictObject({ kind: z.literal('anthropic'), ...httpBackend }),
  z.strictObject({ kind: z.literal('vllm'), ...httpBackend }),
  z.strictObject({ kind: z.literal('llamacpp'), ...httpBackend }),
  z.strictObject({ kind: z.literal('mlx'), ...httpBackend }),
  z.strictObject({
    kind: z.literal('ollama'),
    ...httpBackend,
    options: ollamaOptions.exactOptional(),
    models: ollamaModels,
  }),
  z.strictObject({
    kind: z.literal('litellm'),
    ...httpBackend,
    traces: z.enum(['apart', 'joined']).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('opencode'),
    ...httpBackend,
    password: secret.exactOptional(),
    agent: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { error: 'the name of an agent' })
      .exactOptional(),
  }),
  z.strictObject({ kind: z.literal('demo'), ...anyBackend }),
])

const anyMode = {
  whenOn: z.enum(['force-only', 'nothing']).exactOptional(),
  frees: z.array(name).exactOptional(),
}

// `optional` and not `exactOptional`: only so does zod take an absent tag. YAML has no `undefined` to slip through.
const mode = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('manual').optional(), ...anyMode }),
  z.strictObject({
    kind: z.literal('http-switch'),
    ...anyMode,
    status: httpUrl,
    on: z
      .strictObject(
        {
          field: nonEmpty,
          equals: z
            .union([plainText, anyNumber, bool], { error: 'a text, a number, `true` or `false`' })
            .exactOptional(),
        },
        { error: 'a field and its value, as `{ field: gaming, equals: true }`' },
      )
      .exactOptional(),
    toggle: httpUrl.exactOptional(),
    stopAll: httpUrl.exactOptional(),
    key: secret.exactOptional(),
    interval: duration.exactOptional(),
    timeout: duration.exactOptional(),
    unknown: z.enum(['keep', 'on', 'off']).exactOptional(),
  }),
]) as unknown as z.ZodType<ModeConfig>

export const backendsSchema: z.ZodType<BackendsFile> = z.strictObject({
  backends: z.record(name, backend),
  modes: z.record(name, mode).exactOptional(),
})
