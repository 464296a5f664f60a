/**
 * The second stage: plain values → values of the types in `config/`, or diagnostics. Pure.
 */
import type { z } from 'zod'
import type { BackendsFile } from '../config/backends.ts'
import type { ClientsFile } from '../config/clients.ts'
import type { PolicyFile } from '../config/policy.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { nearest } from '../diagnostics/suggest.ts'
import {
  FILE_IDS,
  type FileId,
  type LoadedFile,
  type LoadedPolicy,
  type Locate,
} from '../load/loaded-policy.ts'
import { locate } from '../load/locate.ts'
import { backendsSchema } from './backends-schema.ts'
import { clientsSchema } from './clients-schema.ts'
import { fromZod } from './from-zod.ts'
import { literalSecrets } from './literal-secrets.ts'
import { policySchema } from './policy-schema.ts'

export interface ValidPolicy {
  policy: PolicyFile
  backends: BackendsFile
  clients: ClientsFile
  locate: Locate
}

export interface ValidateResult {
  /** Null when a file is absent or invalid. */
  valid: ValidPolicy | null
  diagnostics: Diagnostic[]
}

const SCHEMAS: Record<FileId, z.ZodType> = {
  policy: policySchema,
  backends: backendsSchema,
  clients: clientsSchema,
}

export function validate(loaded: LoadedPolicy): ValidateResult {
  const diagnostics = FILE_IDS.flatMap((id) => {
    const file = loaded[id]
    return file ? validateFile(file, SCHEMAS[id]) : []
  })
  const { policy, backends, clients } = loaded
  if (!policy || !backends || !clients || diagnostics.length > 0) return { valid: null, diagnostics }
  const valid: ValidPolicy = {
    policy: policy.value as PolicyFile,
    backends: backends.value as BackendsFile,
    clients: clients.value as ClientsFile,
    locate: (place, prefer = 'value') => {
      const file = { policy, backends, clients }[place.file]
      return locate(file, place.path, prefer).span
    },
  }
  return { valid, diagnostics }
}

/** A key that is missing because it is mistyped is one fault: the unknown key beside it says so. */
function withoutMistyped(issues: readonly z.core.$ZodIssue[], file: LoadedFile): z.core.$ZodIssue[] {
  const unknown = issues.filter((issue) => issue.code === 'unrecognized_keys')
  return issues.filter(({ path }) => {
    if (locate(file, path, 'value').missing.length === 0) return true
    const name = String(path.at(-1))
    const parent = JSON.stringify(path.slice(0, -1))
    const beside = unknown.find((issue) => JSON.stringify(issue.path) === parent)
    return !beside?.keys.some((key) => nearest(key, [name]) !== undefined)
  })
}

/** A fault in what is a secret anyway is not reported twice: one cause, one error. */
function validateFile(file: LoadedFile, schema: z.ZodType): Diagnostic[] {
  const secrets = literalSecrets(file)
  const issues = withoutMistyped(schema.safeParse(file.value).error?.issues ?? [], file)
  const faults = issues.flatMap((issue) => fromZod(issue, file, schema))
  const apart = faults.filter(({ primary: { span } }) =>
    secrets.every(({ primary: { span: secret } }) => span.end <= secret.start || span.start >= secret.end),
  )
  return [...secrets, ...apart]
}
