/**
 * `backends.yaml` in zod: the twin of `BackendsFile` in `config.ts`.
 */
import { z } from 'zod'
import type { BackendsFile } from '../config.ts'
import { countUpTo, envName, hostName, httpUrl, name, nonEmpty } from './scalar-schemas.ts'

const backendModel = z.strictObject({
  id: nonEmpty,
  context: countUpTo(1_000_000_000).exactOptional(),
})

const models = z.record(name, backendModel, {
  error: 'a mapping from names to models, as `{ small: { id: … } }`',
})

const httpBackend = {
  url: httpUrl,
  key: z
    .strictObject({ env: envName }, { error: 'the name of a variable, as `{ env: MY_KEY }`' })
    .exactOptional(),
  tls: z.strictObject({ ca: nonEmpty.exactOptional(), serverName: hostName.exactOptional() }).exactOptional(),
  models,
}

const backend = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('openai'), ...httpBackend }),
  z.strictObject({ kind: z.literal('ollama'), ...httpBackend }),
  z.strictObject({ kind: z.literal('litellm'), ...httpBackend }),
  z.strictObject({ kind: z.literal('demo'), models }),
])

export const backendsSchema: z.ZodType<BackendsFile> = z.strictObject({ backends: z.record(name, backend) })
