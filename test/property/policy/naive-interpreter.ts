/**
 * The policy language a second time, as simply as it can be said: it reads the documents as a person wrote them and
 * knows nothing of the compiler, the table or decide(). What it says is compared with what they say.
 */
import type { BackendsFile } from '../../../compiler/config/backends.ts'
import type { ServedModelConfig } from '../../../compiler/config/policy.ts'
import type { Condition, OneOf, RuleConfig } from '../../../compiler/config/rules.ts'
import type { PolicyDocuments } from '../policy-documents.ts'
import { FLAG, type World } from './world.ts'

/** A target as `backend/model`, with what the documents say of it. */
interface Place {
  key: string
  backend: string
  zone: number
  mode: string | null
  context: number | null
  supports: string[] | null
  speaks: readonly string[]
  keepsState: boolean
}

/** What servers of these kinds speak, as the documents say; the other kinds are not asked. */
const SPOKEN: Record<string, string[]> = {
  openai: [
    'chat',
    'completions',
    'embeddings',
    'rerank',
    'transcriptions',
    'translations',
    'speech',
    'images',
    'moderations',
  ],
  ollama: ['chat', 'completions', 'embeddings'],
  anthropic: ['messages', 'count-tokens'],
}

/** Chats, messages and responses can be put in the words of a chat or a message; tokens can be counted for both. */
function serves({ speaks }: Place, { surface }: World, translates: boolean): boolean {
  if (speaks.includes(surface)) return true
  const hub = ['chat', 'messages'].some((spoken) => speaks.includes(spoken))
  if (surface === 'count-tokens') return speaks.includes('messages') || (translates && hub)
  return translates && hub && ['chat', 'messages', 'responses'].includes(surface)
}

export type Outcome =
  | { kind: 'refuse'; reason: string }
  | { kind: 'route'; rule: string | null; model: string; pool: string[]; fallback: string[] }

/** Every target that could be tried for the request if no label were looked at, whatever fails and whichever mode is on. */
export function reachableUnfiltered(
  documents: PolicyDocuments,
  world: World,
): { labels: string[]; places: Place[] } {
  const reached = ARMS.map((arm) => follow(documents, world, arm)).filter((end) => end?.kind === 'route')
  const places = reached.flatMap(({ model }) => {
    const { pool, fallback } = placesFor(documents, model, world)
    return [...pool, ...fallback]
  })
  return { labels: reached[0]?.labels ?? [], places }
}

/** Which arm of a split a user falls on is no matter of meaning: there is an outcome for each. */
export const ARMS = [0, 1] as const
type Arm = (typeof ARMS)[number]

export function interpret(documents: PolicyDocuments, world: World, arm: Arm): Outcome {
  const { policy, clients, backends } = documents
  const end = modelBehind(documents, world.model)
  if (end === null) return { kind: 'refuse', reason: 'unknown-model' }
  const grants = clients.clients[world.client]?.models ?? []
  const granted =
    grants === '*' || grants.some((grant) => matches(grant, world.model)) || grants.includes(end)
  if (!granted) return { kind: 'refuse', reason: 'model-not-allowed' }
  if (world.injection && policy.classify?.injection?.action === 'block')
    return { kind: 'refuse', reason: 'injection' }

  const found = follow(documents, world, arm)
  if (found === null) throw new Error('no rule settles the request')
  if (found.kind === 'refuse') return { kind: 'refuse', reason: 'blocked' }
  const { labels, rule, force } = found
  const bound = Math.max(0, ...labels.map((label) => boundOf(documents, label)))
  const isServed = (model: string): boolean => {
    const config = policy.models[model]
    return (
      config === undefined || !('targets' in config) || config.surfaces?.includes(world.surface) !== false
    )
  }
  const take = (
    model: string,
  ): {
    pool: Place[]
    fallback: Fallback[]
    tooLow: boolean
    gate: boolean
    forgetful: boolean
    able: boolean
  } => {
    const spoken = placesFor(documents, model, world)
    const keeps = ({ keepsState, speaks }: Place): boolean =>
      !world.state || (keepsState && speaks.includes(world.surface))
    const all = { pool: spoken.pool.filter(keeps), fallback: spoken.fallback.filter(keeps) }
    const open = ({ mode }: Place): boolean =>
      mode === null ||
      !world.modes.includes(mode) ||
      (force && (backends.modes?.[mode]?.whenOn ?? 'force-only') === 'force-only')
    const able = ({ supports }: Place): boolean =>
      supports === null ||
      ((!world.tools || supports.includes('tools')) && (!world.images || supports.includes('vision')))
    const usable = (place: Place): boolean => place.zone >= bound && open(place) && able(place)
    const large = ({ context }: Place): boolean => context === null || context >= world.tokens
    let pool = all.pool.filter(usable)
    let fallback = all.fallback.filter(usable)
    if ([...pool, ...fallback].some(large)) {
      pool = pool.filter(large)
      fallback = fallback.filter(large)
    }
    const up = ({ backend }: Place): boolean => !world.down.includes(backend)
    const sooner = (a: Place, b: Place): number =>
      world.down.indexOf(a.backend) - world.down.indexOf(b.backend)
    const high = [...all.pool, ...all.fallback].filter(({ zone }) => zone >= bound)
    const standing = fallback.filter(up)
    // Whoever is there for other causes does not stand in for what is down.
    const behind = standing.findLastIndex(({ on }) => on.includes('connect')) + 1
    return {
      pool: pool.filter(up),
      fallback: [
        ...standing.slice(0, behind),
        ...pool
          .filter((place) => !up(place))
          .toSorted(sooner)
          .map((place) => Object.assign({ on: PLAIN }, place)),
        ...standing.slice(behind),
        ...fallback.filter((place) => !up(place)).toSorted(sooner),
      ],
      tooLow: [...all.pool, ...all.fallback].some(({ zone }) => zone < bound),
      gate: high.some((place) => !open(place)),
      // Somebody speaks it, but keeps nothing; else what is missing is something else, or nobody speaks it.
      forgetful: [...spoken.pool, ...spoken.fallback].some((place) => !keeps(place)),
      able: high.every(able),
    }
  }

  let model = found.model
  if (!isServed(model)) return { kind: 'refuse', reason: 'surface-not-served' }
  let taken = take(model)
  const isEmpty = (): boolean => taken.pool.length + taken.fallback.length === 0
  if (isEmpty() && taken.tooLow) {
    const reroute = rerouteOf(documents, labels, bound)
    if (reroute === null) return { kind: 'refuse', reason: 'label-denied' }
    model = destinationOf(documents, reroute)
    if (!isServed(model)) return { kind: 'refuse', reason: 'surface-not-served' }
    taken = take(model)
    if (isEmpty() && taken.tooLow) return { kind: 'refuse', reason: 'label-denied' }
  }
  if (isEmpty()) {
    if (taken.gate) return { kind: 'refuse', reason: 'mode-denied' }
    if (!taken.able) return { kind: 'refuse', reason: 'not-capable' }
    return { kind: 'refuse', reason: taken.forgetful ? 'state-not-kept' : 'surface-not-served' }
  }
  const config = policy.models[model]
  const allows = config !== undefined && 'targets' in config && config.serverTools === 'allow'
  if (world.serverTool && (bound > 0 || !allows)) return { kind: 'refuse', reason: 'server-tool' }
  const keys = (places: Place[]): string[] => places.map(({ key }) => key)
  return {
    kind: 'route',
    rule,
    model,
    pool: keys(taken.pool),
    fallback: taken.fallback.map(({ key, on }) => `${key} ${on.join(' ')}`),
  }
}

type Followed =
  | { kind: 'refuse' }
  | { kind: 'route'; rule: string | null; model: string; force: boolean; labels: string[] }

/** Entry and rules, without any look at where things may go. Null when nothing settles it. */
function follow(documents: PolicyDocuments, world: World, arm: Arm): Followed | null {
  const { policy, clients } = documents
  const entry = modelBehind(documents, world.model)
  const config = entry === null ? undefined : policy.models[entry]
  if (entry === null || config === undefined) return null
  let labels = Object.keys(world.labels)
  if ('targets' in config) return { kind: 'route', rule: null, model: entry, force: false, labels }
  const tags = [...(clients.clients[world.client]?.tags ?? [])]
  const redacted: string[] = []
  for (const rule of policy.rules?.[config.rules] ?? []) {
    if (rule.when !== undefined && !isTrue(rule.when, { world, tags, labels })) continue
    tags.push(...(rule.addTags ?? []))
    redacted.push(...(rule.redact?.detectors ?? []))
    labels = relabelled(rule, { world, labels, redacted })
    if (rule.block !== undefined) return { kind: 'refuse' }
    const to = rule.to ?? rule.split?.[arm]?.to
    if (to === undefined) continue
    return {
      kind: 'route',
      rule: `${config.rules}/${rule.id}`,
      model: destinationOf(documents, to),
      force: rule.force === true,
      labels,
    }
  }
  return null
}

function relabelled(
  rule: RuleConfig,
  { world, labels, redacted }: { world: World; labels: string[]; redacted: string[] },
): string[] {
  const to = rule.redact?.relabel
  if (to === undefined) return labels
  const stays = (label: string): boolean => {
    const causes = world.labels[label]
    return causes === undefined || causes.some((cause) => !redacted.includes(cause))
  }
  const kept = labels.filter(stays)
  return kept.length < labels.length && to !== 'none' && !kept.includes(to) ? [...kept, to] : kept
}

interface Scene {
  world: World
  tags: string[]
  labels: string[]
}

function isTrue(condition: Condition, scene: Scene): boolean {
  const { world, tags, labels } = scene
  const said: boolean[] = []
  const { all, any, not, model, client, tag, label, tokens, maxTokens, header, prompt, healthy, mode } =
    condition
  if (all !== undefined) said.push(all.every((part) => isTrue(part, scene)))
  if (any !== undefined) said.push(any.some((part) => isTrue(part, scene)))
  if (not !== undefined) said.push(!isTrue(not, scene))
  if (model !== undefined) said.push(list(model).some((pattern) => matches(pattern, world.model)))
  if (client !== undefined) said.push(list(client).includes(world.client))
  if (tag !== undefined) said.push(list(tag).some((name) => tags.includes(name)))
  if (label !== undefined) said.push(list(label).some((name) => labels.includes(name)))
  if (tokens !== undefined) said.push(inRange(world.tokens, tokens))
  if (maxTokens !== undefined) said.push(world.maxTokens !== null && inRange(world.maxTokens, maxTokens))
  if (header !== undefined) {
    for (const [name, test] of Object.entries(header)) {
      if (name.toLowerCase() !== FLAG) throw new Error(`a header that small worlds do not have: ${name}`)
      said.push(headerIs(world.flag, test))
    }
  }
  if (prompt !== undefined) said.push(world.word)
  if (healthy !== undefined) said.push(list(healthy).every((backend) => !world.down.includes(backend)))
  if (mode !== undefined) said.push(world.modes.includes(mode))
  if (condition.tools !== undefined) said.push(world.tools === condition.tools)
  if (condition.images !== undefined) said.push(world.images === condition.images)
  if (condition.stream !== undefined) said.push(world.stream === condition.stream)
  if (condition.surface !== undefined) said.push(list(condition.surface).includes(world.surface))
  if (condition.injection !== undefined) said.push(world.injection === (condition.injection === 'flagged'))
  if (condition.complexity !== undefined) said.push(list(condition.complexity).includes(world.complexity))
  if (said.length !== Object.keys(condition).length && header === undefined) {
    throw new Error(`a condition that the interpreter does not know: ${JSON.stringify(condition)}`)
  }
  return !said.includes(false)
}

type HeaderIs = NonNullable<Condition['header']>[string]

function headerIs(value: string | null, test: HeaderIs): boolean {
  if (value === null) return false
  if (typeof test === 'string') return value === test
  if (Array.isArray(test)) return test.includes(value)
  const { prefix, contains } = test
  return (
    (prefix === undefined || value.startsWith(prefix)) && (contains === undefined || value.includes(contains))
  )
}

function inRange(
  value: number,
  { atLeast = 0, below = Number.POSITIVE_INFINITY }: { atLeast?: number; below?: number },
): boolean {
  return value >= atLeast && value < below
}

function list<T>(value: OneOf<T>): T[] {
  return Array.isArray(value) ? value : [value]
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name
}

/** The model behind a name a client asks for: exact names, then the longest wildcard; aliases followed. */
function modelBehind({ policy }: PolicyDocuments, name: string): string | null {
  const aliases = policy.aliases ?? {}
  const known = [...Object.keys(policy.models), ...Object.keys(aliases)]
  const wild = known
    .filter((key) => key.endsWith('*') && matches(key, name) && name.length >= key.length)
    .toSorted((a, b) => b.length - a.length)
  let at: string | undefined = known.includes(name) ? name : wild[0]
  while (at !== undefined && !(at in policy.models)) at = aliases[at]
  return at ?? null
}

/** Where a rule's `to` leads: a name, or a place by itself. */
function destinationOf(documents: PolicyDocuments, to: string): string {
  return modelBehind(documents, to) ?? to
}

/** A place, and by which causes it is tried. */
type Fallback = Place & { on: readonly string[] }

const ALL = ['connect', 'error', 'rate-limit', 'timeout', 'context', 'content-filter', 'auth', 'busy']
const PLAIN = ALL.filter((cause) => cause !== 'content-filter')

/** Those of them that can be asked for what is asked. */
function placesFor(
  documents: PolicyDocuments,
  model: string,
  world: World,
): { pool: Place[]; fallback: Fallback[] } {
  const config = documents.policy.models[model]
  const served = config !== undefined && 'targets' in config ? config : null
  if (served?.surfaces?.includes(world.surface) === false) return { pool: [], fallback: [] }
  const { pool, fallback } = placesOf(documents, model)
  const can = (place: Place): boolean => serves(place, world, served?.translation !== 'off')
  return { pool: pool.filter(can), fallback: fallback.filter(can) }
}

function placesOf(documents: PolicyDocuments, model: string): { pool: Place[]; fallback: Fallback[] } {
  const config = documents.policy.models[model]
  if (config === undefined) return { pool: [placeOf(documents, model)], fallback: [] }
  if (!('targets' in config)) throw new Error(`${model} has rules of its own`)
  const pool = poolOf(config)
  const later: { key: string; on: readonly string[] }[] = []
  const visit = ({ fallback = [] }: ServedModelConfig, within: readonly string[]): void => {
    for (const entry of fallback) {
      const to = typeof entry === 'string' ? entry : entry.to
      const own: readonly string[] = typeof entry === 'string' ? PLAIN : entry.on
      const on = ALL.filter((cause) => within.includes(cause) && own.includes(cause))
      const next = documents.policy.models[destinationOf(documents, to)]
      if (next === undefined) later.push({ key: to, on })
      else if ('targets' in next) {
        later.push(...poolOf(next).map((key) => ({ key, on })))
        visit(next, on)
      }
    }
  }
  visit(config, ALL)
  const fallback = later.flatMap(({ key, on }, i) => {
    const before = later.slice(0, i).filter((entry) => entry.key === key)
    const fresh = on.filter((cause) => !before.some((entry) => entry.on.includes(cause)))
    return pool.includes(key) || fresh.length === 0 ? [] : [{ ...placeOf(documents, key), on: fresh }]
  })
  return { pool: pool.map((key) => placeOf(documents, key)), fallback }
}

function poolOf({ targets }: ServedModelConfig): string[] {
  return targets.map((target) => (typeof target === 'string' ? target : target.target))
}

function placeOf({ policy, backends }: PolicyDocuments, key: string): Place {
  const [backend = '', model = ''] = key.split('/')
  const config: BackendsFile['backends'][string] | undefined = backends.backends[backend]
  const entry = config?.models[model]
  if (config === undefined || entry === undefined) throw new Error(`no such place: ${key}`)
  const zones = policy.zones ?? ['cloud', 'lan', 'local']
  const home = config.kind === 'demo' ? zones.length - 1 : 0
  const zone = entry.zone ?? config.zone
  return {
    key,
    backend,
    zone: zone === undefined ? home : zones.indexOf(zone),
    mode: config.mode ?? null,
    context: entry.context ?? null,
    supports: entry.supports ?? null,
    speaks: entry.speaks ?? (config.kind === 'demo' ? undefined : config.speaks) ?? SPOKEN[config.kind] ?? [],
    keepsState: config.kind !== 'demo' && config.keepsState === true,
  }
}

function boundOf({ policy }: PolicyDocuments, label: string): number {
  const entry = policy.labels?.[label]
  if (entry === undefined) throw new Error(`no such label: ${label}`)
  return (policy.zones ?? ['cloud', 'lan', 'local']).indexOf(entry.mayReach)
}

/** Of the labels that demand most: one that blocks or says nothing wins, then the first by name. Null = no reroute. */
function rerouteOf(documents: PolicyDocuments, labels: string[], bound: number): string | null {
  const denials = labels
    .filter((label) => boundOf(documents, label) === bound)
    .toSorted()
    .map((label) => documents.policy.labels?.[label]?.onDenied)
  const reroutes = denials.flatMap((denial) => (typeof denial === 'object' ? [denial.reroute] : []))
  return reroutes.length === denials.length ? (reroutes[0] ?? null) : null
}
