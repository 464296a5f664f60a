/**
 * The second stage: plain values → values of the types in `config/`, or diagnostics. Pure.
 */
import type { z } from 'zod'
import type { BackendsFile } from '../config/backends.ts'
import type { ClientsFile } from '../config/clients.ts'
import type { PolicyFile } from '../config/policy.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
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
import { judgeVersion } from './judge-version.ts'
import { literalSecrets } from './literal-secrets.ts'
import { policySchema } from './policy-schema.ts'
import { schemaFaults } from './schema-faults.ts'

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
  const otherVersion = loaded.policy && judgeVersion(loaded.policy)
  if (otherVersion) return { valid: null, diagnostics: [otherVersion] }
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

/** A fault in what is a secret anyway is not reported twice: one cause, one error. */
function validateFile(file: LoadedFile, schema: z.ZodType): Diagnostic[] {
  const secrets = literalSecrets(file)
  const apart = schemaFaults(file, schema).filter(({ primary: { span } }) =>
    secrets.every(({ primary: { span: secret } }) => span.end <= secret.start || span.start >= secret.end),
  )
  return [...secrets, ...apart]
}
