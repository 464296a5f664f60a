/** How Ollama runs a model: members of its own `/api/chat`, and that it is spoken to by that. */
import { KIND_SURFACES } from '../../src/table/kind-surfaces.ts'
import type { Target, Wire } from '../../src/table/route-table.ts'
import type { OllamaOptionsConfig } from '../config/backends.ts'
import type { Place } from '../load/loaded-policy.ts'
import { within } from './place.ts'
import { durationAt, type ResolveContext } from './resolve-context.ts'

/** Where options are written: of a model, or of its backend. */
export interface WrittenOptions {
  config: OllamaOptionsConfig
  at: Place
}

export interface OwnProtocol {
  ownMembers: NonNullable<Target['ownMembers']>
  speaks: Wire[]
}

/** Ollama takes it for: until something else needs the room. */
const FOREVER_S = -1

/**
 * @param written those of the backend first: a model's go before them
 * @param speaks what the policy says that it speaks; null = it says nothing
 * @returns null where nothing is written
 */
export function resolveOllamaOptions(
  written: readonly WrittenOptions[],
  speaks: readonly Wire[] | null,
  context: ResolveContext,
): OwnProtocol | null {
  const options: Record<string, number> = {}
  let keepAlive: number | null = null
  for (const { config, at } of written) {
    if (config.numCtx !== undefined) options['num_ctx'] = config.numCtx
    if (config.numGpu !== undefined) options['num_gpu'] = config.numGpu
    if (config.keepAlive !== undefined)
      keepAlive = seconds(config.keepAlive, within(at, 'keepAlive'), context)
  }
  const hasOptions = Object.keys(options).length > 0
  if (!hasOptions && keepAlive === null) return null
  return {
    ownMembers: { ...(hasOptions && { options }), ...(keepAlive !== null && { keep_alive: keepAlive }) },
    speaks: (speaks ?? KIND_SURFACES.ollama).map((wire) => (wire === 'chat' ? 'ollama-chat' : wire)),
  }
}

function seconds(written: string, at: Place, context: ResolveContext): number {
  return written === 'forever' ? FOREVER_S : durationAt(written, at, context) / 1000
}
