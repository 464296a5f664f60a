/**
 * Deployments → backends, one per address and key, and for each deployment the target that stands for it.
 */
import type { BackendConfig, BackendModelConfig, BackendsFile, SecretFromEnv } from '../config/backends.ts'
import type { Deployment, ImportedKey } from './deployments.ts'
import { left, note, type Finding } from './finding.ts'
import { createUniqueNames, envNameFor, type UniqueNames } from './unique-names.ts'

export interface LiteLlmPlace {
  url: string
  keyEnv: string
}

export interface ImportedBackends {
  file: BackendsFile
  /** Deployment → `backend/model`. */
  targets: Map<Deployment, string>
}

interface Group {
  /** Kind, address and key. */
  key: string
  name: string
  config: Exclude<BackendConfig, { kind: 'demo' }>
  /** Model ids that have a name already. */
  names: Map<string, string>
  claim: UniqueNames['claim']
}

export function toBackends(
  deployments: readonly Deployment[],
  litellm: LiteLlmPlace,
  findings: Finding[],
): ImportedBackends {
  const groups: Group[] = []
  const backendNames = createUniqueNames()
  const variables = new Set<string>()
  const targets = new Map<Deployment, string>()
  for (const deployment of deployments) {
    const { place, id } = deployment
    const wildcard = id.includes('*')
    const address = place ?? { ...litellm, kind: 'litellm', key: { env: litellm.keyEnv }, name: 'litellm' }
    const key = JSON.stringify([address.kind, address.url, address.key])
    // A backend has one `*`, so another pattern needs a backend of its own.
    const fits = ({ config }: Group): boolean => !wildcard || (config.models['*']?.id ?? id) === id
    let group = groups.find((known) => known.key === key && fits(known))
    if (!group) {
      const name = backendNames.claim(address.name)
      const config = backendOf(address, secretOf(address.key, name))
      group = { key, name, names: new Map(), claim: createUniqueNames().claim, config }
      groups.push(group)
    }
    reportLiteral(deployment, group, { variables, findings })
    targets.set(deployment, `${group.name}/${declare(group, deployment, wildcard)}`)
  }
  const backends = Object.fromEntries(groups.map(({ name, config }) => [name, config]))
  return { file: { backends }, targets }
}

function backendOf(
  { kind, url }: { kind: string; url: string },
  secret: SecretFromEnv | undefined,
): Group['config'] {
  return { kind: kind as 'openai', url, ...(secret ? { key: secret } : {}), models: {} }
}

function secretOf(key: ImportedKey | null, backend: string): SecretFromEnv | undefined {
  if (key === null) return undefined
  return { env: 'env' in key ? key.env : envNameFor(backend) }
}

interface LiteralContext {
  /** Variables that were named for literals. */
  variables: Set<string>
  findings: Finding[]
}

function reportLiteral(deployment: Deployment, group: Group, { variables, findings }: LiteralContext): void {
  const key = deployment.place?.key
  if (!key || !('literal' in key) || !group.config.key) return
  const at = [...deployment.at, 'litellm_params', 'api_key']
  const { env } = group.config.key
  if (variables.has(env)) findings.push(note(at, `the same key as before: the variable ${env}`))
  else findings.push(left(at, key.literal, `a policy holds no secrets: put it into \`.env\` as ${env}`))
  variables.add(env)
}

/** @returns the model's name in the backend */
function declare(group: Group, { id, model }: Deployment, wildcard: boolean): string {
  const { models } = group.config
  const known = wildcard && models['*'] ? '*' : group.names.get(id)
  if (known !== undefined) return known
  const name = wildcard ? '*' : group.claim(id.split('/').at(-1) ?? id)
  if (!wildcard) group.names.set(id, name)
  const entry: BackendModelConfig = { id, ...model }
  models[name] = entry
  return name
}
