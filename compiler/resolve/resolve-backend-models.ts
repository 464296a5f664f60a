/**
 * The models that a backend declares.
 */
import type { BackendKind, Capability, Wire } from '../../src/table/route-table.ts'
import type { BackendModelConfig, OllamaModelConfig } from '../config/backends.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { PriceConfig } from '../config/usage.ts'
import { knownPrice } from './known-price.ts'
import { within } from './place.ts'
import { resolveOllamaOptions, type WrittenOptions } from './resolve-ollama-options.ts'
import { resolveSurfaces } from './resolve-surfaces.ts'
import type { ResolvedBackendModel, ResolvedPrice } from './resolved-policy.ts'
import type { Vocabulary } from './scope.ts'
import { zoneAt } from './unknown-name.ts'

const CAPABILITIES: readonly Capability[] = ['tools', 'vision', 'json']

/** Of kinds whose servers take no more, whatever their models could. */
const MOST_CAPABLE: Partial<Record<BackendKind, Capability[]>> = { opencode: ['vision'] }

/** Of a backend, what its prices depend on. */
interface Seller {
  kind: BackendKind
  origin: string | null
  zone: number
}

/** Of a backend, what its models share. */
interface Sharing extends Seller {
  /** Null = what its kind does. */
  speaks: Wire[] | null
  /** How it runs them; null = nothing is written. */
  options: WrittenOptions | null
}

export function resolveBackendModels(
  models: Record<string, BackendModelConfig & Pick<OllamaModelConfig, 'options'>>,
  at: Place,
  { backend, vocabulary }: { backend: Sharing; vocabulary: Vocabulary },
): Map<string, ResolvedBackendModel> {
  return new Map(
    Object.entries(models).map(([name, config]) => {
      const { id, context, supports, speaks, lacks, zone, price, options } = config
      const place = within(at, name)
      checkStar(name, id, place, vocabulary)
      const own = zone === undefined ? null : zoneAt(zone, within(place, 'zone'), vocabulary)
      const written = options === undefined ? [] : [{ config: options, at: within(place, 'options') }]
      const said = speaks === undefined ? null : resolveSurfaces(speaks)
      const protocol = resolveOllamaOptions(
        [...(backend.options === null ? [] : [backend.options]), ...written],
        said ?? backend.speaks,
        vocabulary,
      )
      return [
        name,
        {
          id,
          // What is made room for is what there is.
          context: context ?? protocol?.ownMembers.options?.['num_ctx'] ?? null,
          supports: supports
            ? CAPABILITIES.filter((capability) => supports.includes(capability))
            : (MOST_CAPABLE[backend.kind] ?? null),
          speaks: protocol?.speaks ?? said,
          ownMembers: protocol?.ownMembers ?? null,
          lacks: listed(lacks),
          zone: own,
          price: price === undefined ? listedPrice(id, own ?? backend.zone, backend) : writtenPrice(price),
          at: place,
        },
      ]
    }),
  )
}

/** In one order, whatever order it was written in. @returns null where nothing was written */
export function listed(written: readonly string[] | undefined): string[] | null {
  return written === undefined ? null : [...new Set(written)].toSorted()
}

/** What is trusted more than the least is somebody's own hardware, whatever its models cost elsewhere. */
function listedPrice(id: string, zone: number, backend: Seller): ResolvedPrice | null {
  return zone === 0 ? knownPrice({ ...backend, id }) : null
}

function writtenPrice(price: PriceConfig | 'none'): ResolvedPrice {
  if (price === 'none') return { input: 0, cachedInput: 0, output: 0, listed: null }
  const { input, output, cachedInput = input } = price
  return { input, cachedInput, output, listed: null }
}

/** One `*` in the id where the name is `*`; elsewhere it would travel to the backend as it stands. */
function checkStar(name: string, id: string, at: Place, { report }: Vocabulary): void {
  const stars = id.split('*').length - 1
  const wanted = name === '*' ? 1 : 0
  if (stars === wanted) return
  const message =
    wanted === 0
      ? `the id ${quote(id)} holds a ${quote('*')}, but the name ${quote(name)} is none`
      : `the id ${quote(id)} of the model ${quote('*')} holds ${stars === 0 ? 'no' : 'more than one'} ${quote('*')}`
  report('resolve/wildcard', message, {
    at: within(at, 'id'),
    label: wanted === 0 ? 'the `*` stands for nothing' : 'one `*` marks where the asked name goes',
    help:
      wanted === 0
        ? 'remove the `*`, or name the model `*`'
        : "write it as `'*'`, or with text around the `*`",
  })
}
