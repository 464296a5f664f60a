/**
 * Policies that exist only as values, through the stages up to `resolve/`; the checks after it are not asked.
 */
import { basename } from 'node:path'
import { stringify } from 'yaml'
import type { Diagnostic } from '../../../compiler/diagnostics/diagnostic.ts'
import { load } from '../../../compiler/load/load.ts'
import { resolve } from '../../../compiler/resolve/resolve.ts'
import type { ResolvedPolicy } from '../../../compiler/resolve/resolved-policy.ts'
import { validate } from '../../../compiler/validate/validate.ts'

export interface Documents {
  /** What `policy.yaml` holds besides the model `fast`. */
  policy?: Record<string, unknown>
  models?: Record<string, unknown>
  backends?: Record<string, unknown>
  modes?: Record<string, unknown>
  clients?: Record<string, unknown>
}

export interface Resolved {
  policy: ResolvedPolicy
  diagnostics: Diagnostic[]
  codes: string[]
}

/** One backend `gpu` with two models, one client, one model: what a test does not speak of. */
export async function resolveDocuments({
  policy = {},
  models = {},
  backends = {},
  modes = {},
  clients = {},
}: Documents): Promise<Resolved> {
  const gpu = { kind: 'openai', url: 'http://gpu', models: { small: { id: 's' }, large: { id: 'l' } } }
  const texts: Record<string, unknown> = {
    policy: { models: { fast: { targets: ['gpu/small'] }, ...models }, ...policy },
    backends: { backends: { gpu, ...backends }, modes },
    clients: { clients: { home: { keys: [{ env: 'K' }], models: '*' }, ...clients } },
  }
  const { loaded, diagnostics: unread } = await load({
    policies: 'policies',
    shownAs: 'policies',
    readFile: (path) => Promise.resolve(new TextEncoder().encode(stringify(texts[basename(path, '.yaml')]))),
  })
  const { valid, diagnostics: invalid } = validate(loaded)
  const faults = [...unread, ...invalid]
  if (valid === null || faults.length > 0) throw new Error(faults.map(({ message }) => message).join('; '))
  const { resolved, diagnostics } = resolve(valid, new Map())
  return { policy: resolved, diagnostics, codes: diagnostics.map(({ code }) => code) }
}
