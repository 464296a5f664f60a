/**
 * A LiteLLM proxy's configuration → the three policy files, and a finding for each thing that has no counterpart.
 * Pure; nothing of the configuration is dropped in silence.
 */
import type { BackendsFile } from '../config/backends.ts'
import type { ClientsFile } from '../config/clients.ts'
import type { PolicyFile, ServedModelConfig } from '../config/policy.ts'
import { readDeployments, type Deployment } from './deployments.ts'
import { type FallbackEntry, reachableFrom, readFallbacks } from './fallbacks.ts'
import { readRetries } from './retries.ts'
import { envNameOf, left, note, type Finding } from './finding.ts'
import { reasonFor } from './reasons.ts'
import { createSource, isMapping, type Source } from './source.ts'
import { longestTimeouts, readTimeouts, toTimeouts } from './timeouts.ts'
import { toBackends, type LiteLlmPlace } from './to-backends.ts'
import { poolOf, toModel, type PooledTarget, type Strategy } from './to-models.ts'

export interface Imported {
  policy: PolicyFile
  backends: BackendsFile
  clients: ClientsFile
  findings: Finding[]
}

const SECTIONS = ['model_list', 'litellm_settings', 'router_settings', 'general_settings']

/** @param litellm where the proxy is reached by models that only it can serve */
export function importLiteLlm(config: unknown, litellm: LiteLlmPlace): Imported {
  const source = createSource(config, SECTIONS)
  const findings: Finding[] = []
  const deployments = readDeployments(source, findings)
  const backends = toBackends(deployments, litellm, findings)
  const groups = groupByName(deployments, backends.targets)
  const pools = new Map([...groups].map(([name, members]) => [name, poolOf(members)]))
  const aliases = readAliases(source, { pools, findings })
  const fallbacks = readFallbacks({ source, findings, pools, aliases })
  const common = readTimeouts(source, findings)
  const strategy = readStrategy(source)
  const retry = readRetries(source, findings)
  const models = [...groups].map(([name, members]): [string, ServedModelConfig] => {
    const own = members.map(({ deployment }) => deployment)
    const timeouts = toTimeouts({
      ...longestTimeouts(own, common, findings),
      attempts: countAttempts(name, { pools, fallbacks }),
    })
    const model = toModel(members, { strategy, fallback: fallbacks.get(name) ?? [], findings })
    return [name, timeouts ? { ...model, timeouts } : model]
  })
  const clients = readClients(source, findings)
  for (const path of source.leftovers()) {
    if (path.length > 0) findings.push(left(path, source.peek(path), reasonFor(path)))
  }
  const policy: PolicyFile = {
    version: 2,
    ...(retry === null ? {} : { retry }),
    models: Object.fromEntries(models),
    ...(aliases.size > 0 ? { aliases: Object.fromEntries(aliases) } : {}),
  }
  return { policy, backends: backends.file, clients, findings: withoutDoubles(findings) }
}

/** What is general is tried on every model, and fails on each for the same reason. */
function withoutDoubles(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()]
}

function groupByName(
  deployments: readonly Deployment[],
  targets: ReadonlyMap<Deployment, string>,
): Map<string, PooledTarget[]> {
  const groups = new Map<string, PooledTarget[]>()
  for (const deployment of deployments) {
    const members = groups.get(deployment.group) ?? []
    members.push({ target: targets.get(deployment) ?? '', deployment })
    groups.set(deployment.group, members)
  }
  return groups
}

interface AliasContext {
  pools: ReadonlyMap<string, unknown>
  findings: Finding[]
}

/** `alias: model`, or `alias: { model, hidden }`. */
function readAliases(source: Source, { pools, findings }: AliasContext): Map<string, string> {
  const aliases = new Map<string, string>()
  const at = ['router_settings', 'model_group_alias']
  const written = source.peek(at)
  if (!isMapping(written)) return aliases
  for (const [alias, value] of Object.entries(written)) {
    const path = [...at, alias]
    const model = isMapping(value) ? source.take([...path, 'model']) : source.take(path)
    if (typeof model !== 'string' || !pools.has(model) || model.endsWith('*')) {
      findings.push(left(path, value, 'it leads to no model that is served'))
    } else if (pools.has(alias)) findings.push(left(path, value, `\`${alias}\` is a model of its own`))
    else if (!/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/.test(alias)) {
      findings.push(left(path, value, 'it cannot be a name here'))
    } else aliases.set(alias, model)
  }
  return aliases
}

/** LiteLLM's name → ours. */
const STRATEGIES: ReadonlyMap<string, Strategy> = new Map([
  ['simple-shuffle', 'simple-shuffle'],
  ['least-busy', 'least-busy'],
  ['latency-based-routing', 'peak-ewma'],
])

/** One without a counterpart is not taken, and so is listed. */
function readStrategy(source: Source): Strategy {
  const at = ['router_settings', 'routing_strategy']
  const strategy = source.peek(at) ?? 'simple-shuffle'
  const known = typeof strategy === 'string' ? STRATEGIES.get(strategy) : undefined
  if (known === undefined) return 'other'
  source.take(at)
  return known
}

interface AttemptContext {
  pools: ReadonlyMap<string, readonly string[]>
  fallbacks: ReadonlyMap<string, readonly FallbackEntry[]>
}

/** Each target once, along all fallbacks. */
function countAttempts(model: string, { pools, fallbacks }: AttemptContext): number {
  // An entry of a fallback list that is no model is a target itself.
  const targets = [...reachableFrom(model, fallbacks)].flatMap((name) => pools.get(name) ?? [name])
  return new Set(targets).size
}

/** Who has the master key may use all models; virtual keys live in LiteLLM's database. */
function readClients(source: Source, findings: Finding[]): ClientsFile {
  const at = ['general_settings', 'master_key']
  const key = source.take(at)
  const named = envNameOf(key)
  const env = named ?? (key === undefined ? 'AICC_CLIENT_KEY' : 'LITELLM_MASTER_KEY')
  if (key === undefined) findings.push(note(at, `there is none: the client \`home\` shows the key in ${env}`))
  else if (named === null) {
    findings.push(left(at, key, `a policy holds no secrets: put it into \`.env\` as ${env}`))
  } else
    findings.push(note(at, 'it is the key of the client `home`; virtual keys are not in the configuration'))
  return { clients: { home: { keys: [{ env }], models: '*' } } }
}
