/**
 * `model_list` of a LiteLLM configuration → deployments: which model is served where, and what is known of it.
 */
import type { BackendModelConfig } from '../config/backends.ts'
import { parseUrl } from '../resolve/parse-url.ts'
import { envNameOf, left, note, type Finding } from './finding.ts'
import { providerOf, type Provider } from './providers.ts'
import { isMapping, type Source, type SourcePath } from './source.ts'
import { takeNumber, usableNumber, type NumberRange } from './take-number.ts'

/** A key: the variable that holds it, or a literal that must go into one. */
export type ImportedKey = { env: string } | { literal: string }

export interface Deployment {
  /** Name that clients ask for. */
  group: string
  /** Null = stays behind LiteLLM. */
  place: { kind: Provider['kind']; url: string; key: ImportedKey | null; name: string } | null
  id: string
  /** What the backend's entry says besides the id. */
  model: Omit<BackendModelConfig, 'id'>
  surface: 'chat' | 'completions' | 'embeddings' | null
  weight: number | null
  order: number | null
  /** Seconds for one attempt, and until its first event. */
  timeout: number | null
  streamTimeout: number | null
  at: SourcePath
}

/** `mode` of LiteLLM → the surface; other modes are not served. */
const SURFACES: ReadonlyMap<unknown, Deployment['surface']> = new Map([
  [undefined, null],
  ['chat', 'chat'],
  ['completion', 'completions'],
  ['embedding', 'embeddings'],
])

/** What people write where a server wants no key. */
const NO_KEY = /^(none|null|empty|dummy|fake.*|not-?needed|no-?key.*|anything|x+|sk-fake.*|)$/i

/** An hour is longer than any attempt should last. */
export const SECONDS: NumberRange = { min: 0.001, max: 3600 }

const MODEL_NAME = /^([A-Za-z0-9][A-Za-z0-9._:/-]{0,127}|[A-Za-z0-9][A-Za-z0-9._:/-]{0,126}\*|\*)$/

export function readDeployments(source: Source, findings: Finding[]): Deployment[] {
  const list = source.peek(['model_list'])
  if (!Array.isArray(list)) return []
  return list.flatMap((_, i) => readDeployment(['model_list', i], source, findings) ?? [])
}

function readDeployment(at: SourcePath, source: Source, findings: Finding[]): Deployment | undefined {
  const parameters = [...at, 'litellm_params']
  const group = source.peek([...at, 'model_name'])
  const model = source.peek([...parameters, 'model'])
  const refuse = (why: string): undefined => {
    findings.push(left(at, source.take(at), why))
  }
  if (typeof group !== 'string' || typeof model !== 'string') {
    return refuse('it has no `model_name` or no `model`')
  }
  if (!MODEL_NAME.test(group)) {
    return refuse('its `model_name` cannot be a name here; a `*` may only stand at its end')
  }
  const surface = SURFACES.get(source.peek([...at, 'model_info', 'mode']))
  if (surface === undefined) return refuse('only chat, completion and embedding models are served')
  source.take([...at, 'model_name'])
  const number = (name: string, range: NumberRange): number | null =>
    takeNumber(source, [...parameters, name], range)
  const deployment = {
    group,
    surface,
    model: readModel(at, source, findings),
    weight: number('weight', { min: 0, max: 10_000 }),
    order: number('order', { min: 0 }),
    timeout: number('timeout', SECONDS),
    streamTimeout: number('stream_timeout', SECONDS),
    at,
    ...readPlace({ group, model, at }, source, findings),
  }
  source.take([...at, 'model_info', 'mode'])
  return deployment
}

function readPlace(
  { group, model, at }: { group: string; model: string; at: SourcePath },
  source: Source,
  findings: Finding[],
): Pick<Deployment, 'place' | 'id'> {
  const parameters = [...at, 'litellm_params']
  const { provider, name, id } = providerOf(model, source.peek([...parameters, 'custom_llm_provider']))
  const base = source.peek([...parameters, 'api_base']) ?? source.peek([...parameters, 'base_url'])
  const url = urlOf(provider, base)
  if (provider === null || url === null || (id.includes('*') && !group.endsWith('*'))) {
    // Its parameters stay where they are: in the configuration of the LiteLLM that goes on serving it.
    source.take(parameters)
    const foreign = `\`${name}\` speaks a language of its own`
    const why = provider === null ? foreign : 'its address or its `*` cannot be written here'
    findings.push(note(at, `\`${group}\` stays behind LiteLLM: ${why}`))
    return { place: null, id: group }
  }
  for (const used of ['model', 'api_base', 'base_url', 'custom_llm_provider'])
    source.take([...parameters, used])
  if (provider.kind === 'openai' && new URL(url).pathname === '/') {
    findings.push(note([...parameters, 'api_base'], 'it has no path, so `/v1` is appended to it here'))
  }
  const key = readKey([...parameters, 'api_key'], provider, source)
  return { place: { kind: provider.kind, url, key, name: placeName(url, provider, name) }, id }
}

/** A provider's own address is called like the provider, any other like its host. */
function placeName(url: string, provider: Provider, name: string): string {
  const { hostname, port } = new URL(url)
  if (url === provider.url) return name
  const unnamed = /^[\d.]+$|^\[|^localhost$/.test(hostname)
  return unnamed ? `${name}-${port || 'local'}` : (hostname.split('.')[0] ?? name)
}

/** An address that only a variable holds is none that can be compiled. */
function urlOf(provider: Provider | null, base: unknown): string | null {
  const url = base ?? provider?.url ?? null
  if (typeof url !== 'string' || !/^https?:\/\//.test(url) || !parseUrl(url).ok) return null
  return url.replace(/\/+$/, '')
}

function readKey(at: SourcePath, provider: Provider, source: Source): ImportedKey | null {
  const value = source.take(at)
  const env = envNameOf(value)
  if (env !== null) return { env }
  if (typeof value === 'string') return NO_KEY.test(value) ? null : { literal: value }
  const elsewhere = ['api_base', 'base_url'].some(
    (key) => source.peek([...at.slice(0, -1), key]) !== undefined,
  )
  return provider.keyEnv === null || elsewhere ? null : { env: provider.keyEnv }
}

const CAPABILITIES = [
  ['tools', 'supports_function_calling'],
  ['vision', 'supports_vision'],
  ['json', 'supports_response_schema'],
] as const

function readModel(at: SourcePath, source: Source, findings: Finding[]): Deployment['model'] {
  const info = [...at, 'model_info']
  const model: Deployment['model'] = {}
  const context = takeNumber(source, [...info, 'max_input_tokens'], { min: 1, max: 1e9, whole: true })
  if (context !== null) model.context = context
  const said = CAPABILITIES.map(([ours, theirs]) => ({ ours, theirs, value: source.peek([...info, theirs]) }))
  // `supports` is a whole list: what it lacks counts as lacking.
  if (said.every(({ value }) => typeof value === 'boolean')) {
    model.supports = said.filter(({ value }) => value === true).map(({ ours }) => ours)
    for (const { theirs } of said) source.take([...info, theirs])
  }
  const price = readPrice(at, source, findings)
  if (price) model.price = price
  const parameters = source.peek([...at, 'litellm_params'])
  if (isMapping(parameters) && parameters['mock_response'] !== undefined) {
    findings.push(
      note(
        [...at, 'litellm_params', 'mock_response'],
        'a mock of LiteLLM; the `demo` backend is the one here',
      ),
    )
  }
  return model
}

/** USD per token there, per million tokens here. One without the other is no price, but for an embedding. */
function readPrice(at: SourcePath, source: Source, findings: Finding[]): BackendModelConfig['price'] {
  const embedding = source.peek([...at, 'model_info', 'mode']) === 'embedding'
  for (const section of ['litellm_params', 'model_info']) {
    const inputAt = [...at, section, 'input_cost_per_token']
    const outputAt = [...at, section, 'output_cost_per_token']
    const input = usableNumber(source.peek(inputAt), { min: 0 })
    const written = source.peek(outputAt) ?? (embedding ? 0 : undefined)
    const output = usableNumber(written, { min: 0 })
    if (input === null || output === null) continue
    source.take(inputAt)
    source.take(outputAt)
    if (source.peek(outputAt) === undefined) {
      findings.push(note(inputAt, 'an embedding has no output, so its price for output is 0'))
    }
    return { input: perMillion(input), output: perMillion(output) }
  }
  return undefined
}

function perMillion(perToken: number): number {
  return Number((perToken * 1_000_000).toPrecision(12))
}
