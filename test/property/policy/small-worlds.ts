/** Every request that a small policy can tell apart, under every state of the world that it can notice. */
import type { PolicyDocuments } from '../policy-documents.ts'
import { MODE } from './small-policies.ts'
import type { World } from './world.ts'

/** What can have put `private` on: what redaction takes away, and what it does not. */
const CAUSES: readonly string[][] = [[], ['secrets'], ['codename', 'secrets'], ['unscanned']]
const NAMES = ['auto', 'other', 'nick', 'wild-card', 's0', 's1', 's2', 'nobody']

/** To which surface, and what of a backend besides an answer. */
type Asked = Pick<World, 'surface' | 'state' | 'serverTool'>

const PLAIN: Asked = { surface: 'chat', state: false, serverTool: false }
const SURFACES: readonly Asked[] = [
  PLAIN,
  { ...PLAIN, surface: 'messages' },
  { ...PLAIN, surface: 'responses' },
  { ...PLAIN, surface: 'rerank' },
  { ...PLAIN, surface: 'count-tokens' },
]
const EXTRAS: readonly Asked[] = [
  { ...PLAIN, serverTool: true },
  { ...PLAIN, surface: 'responses', state: true },
]

/** Whether models, backends or rules tell surfaces apart. */
function saysOfSurfaces(policy: PolicyDocuments['policy'], backends: PolicyDocuments['backends']): boolean {
  const text = JSON.stringify([policy.models, policy.rules, backends])
  return /"(?:speaks|surfaces|surface|serverTools|keepsState)":|"(?:ollama|anthropic)"/.test(text)
}

/** The axes of the walk; each world takes one value of each. */
interface Axes {
  client: string[]
  model: string[]
  asked: readonly Asked[]
  causes: readonly string[][]
  flag: (string | null)[]
  word: boolean[]
  tokens: number[]
  maxTokens: (number | null)[]
  tools: boolean[]
  images: boolean[]
  injection: boolean[]
  complexity: World['complexity'][]
  modes: string[][]
  down: string[][]
}

/**
 * Axes that the rules never look at are held still: that loses no outcome. What selects targets (tools, images, health,
 * modes) is held still for the leak's sake only, where it does not matter.
 */
export function* worldsOf({ policy, backends }: PolicyDocuments, forLeaks: boolean): Generator<World> {
  const text = JSON.stringify(policy.rules)
  const asks = (what: string): boolean => text.includes(`"${what}":`)
  const vary = <T>(name: string, values: T[], still: T): T[] => (asks(name) ? values : [still])
  const varyTargets = <T>(name: string, values: T[], still: T): T[] =>
    !forLeaks || asks(name) ? values : [still]
  const axes: Axes = {
    client: ['c0', 'c1'],
    model: NAMES,
    asked: saysOfSurfaces(policy, backends) ? (forLeaks ? SURFACES : [...SURFACES, ...EXTRAS]) : [PLAIN],
    causes: CAUSES,
    flag: vary('header', ['on', 'off', 'else', null], null),
    word: vary('prompt', [true, false], false),
    tokens: varyTargets('tokens', [5, 50, 99, 100, 999, 1000], 5),
    maxTokens: vary('maxTokens', [null, 99, 100], null),
    tools: varyTargets('tools', [true, false], false),
    images: vary('images', [true, false], false),
    injection: vary('injection', [true, false], false),
    complexity: vary('complexity', ['simple', 'medium', 'complex'], 'simple'),
    modes: varyTargets('mode', [[], [MODE]], []),
    down: vary('healthy', [[], ['b0'], ['b1', 'b2']], []),
  }
  const blocksInjection = policy.classify?.injection?.action === 'block'
  for (const client of axes.client)
    for (const model of axes.model)
      for (const causes of axes.causes)
        for (const rest of product(axes)) {
          if (forLeaks && blocksInjection && rest.injection) continue
          // An image cannot be looked into: by default it makes a request private.
          const found = rest.images ? [...causes, 'images'] : [...causes]
          const labels = {
            ...(found.length === 0 ? {} : { private: found }),
            ...(client === 'c1' ? { tied: ['client'] } : {}),
          }
          const { asked, ...others } = rest
          yield { client, model, labels, stream: false, user: client, ...asked, ...others }
        }
}

type Rest = { asked: Asked } & Pick<
  World,
  | 'flag'
  | 'word'
  | 'tokens'
  | 'maxTokens'
  | 'tools'
  | 'images'
  | 'injection'
  | 'complexity'
  | 'modes'
  | 'down'
>

function product(axes: Axes): Rest[] {
  let worlds: Rest[] = [
    {
      asked: PLAIN,
      flag: null,
      word: false,
      tokens: 0,
      maxTokens: null,
      tools: false,
      images: false,
      injection: false,
      complexity: 'simple',
      modes: [],
      down: [],
    },
  ]
  const spread = <K extends keyof Rest>(key: K, values: readonly Rest[K][]): void => {
    worlds = worlds.flatMap((world) => values.map((value) => ({ ...world, [key]: value })))
  }
  spread('asked', axes.asked)
  spread('flag', axes.flag)
  spread('word', axes.word)
  spread('tokens', axes.tokens)
  spread('maxTokens', axes.maxTokens)
  spread('tools', axes.tools)
  spread('images', axes.images)
  spread('injection', axes.injection)
  spread('complexity', axes.complexity)
  spread('modes', axes.modes)
  spread('down', axes.down)
  return worlds
}
