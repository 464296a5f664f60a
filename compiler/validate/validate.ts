/**
 * The second stage: plain values → values of the types in `config/`, or diagnostics. Pure.
 */
import type { z } from 'zod'
import type { BackendsFile } from '../config/backends.ts'
import type { ClientsFile } from '../config/clients.ts'
import type { DetectorsFile } from '../config/detectors.ts'
import type { PolicyFile } from '../config/policy.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import {
  FILE_IDS,
  isPack,
  type FileId,
  type PackId,
  type LoadedFile,
  type LoadedPolicy,
  type Locate,
} from '../load/loaded-policy.ts'
import { locate } from '../load/locate.ts'
import { backendsSchema } from './backends-schema.ts'
import { clientsSchema } from './clients-schema.ts'
import { detectorsSchema } from './detectors-schema.ts'
import { judgeVersion } from './judge-version.ts'
import { literalSecrets } from './literal-secrets.ts'
import { policySchema } from './policy-schema.ts'
import { schemaFaults } from './schema-faults.ts'

export interface ValidPolicy {
  policy: PolicyFile
  backends: BackendsFile
  clients: ClientsFile
  /** Packs of detectors, by name. */
  packs: { id: PackId; pack: DetectorsFile }[]
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
  const packs = Object.entries(loaded).filter(([id]) => isPack(id as FileId | PackId)) as [
    PackId,
    LoadedFile,
  ][]
  // What looks like a credential is welcome here, as bait.
  diagnostics.push(...packs.flatMap(([, file]) => schemaFaults(file, detectorsSchema)))
  const { policy, backends, clients } = loaded
  if (!policy || !backends || !clients || diagnostics.length > 0) return { valid: null, diagnostics }
  const valid: ValidPolicy = {
    policy: policy.value as PolicyFile,
    backends: backends.value as BackendsFile,
    clients: clients.value as ClientsFile,
    packs: packs.map(([id, { value }]) => ({ id, pack: value as DetectorsFile })),
    locate: (place, prefer = 'value') => {
      return locate(loaded[place.file] ?? policy, place.path, prefer).span
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
