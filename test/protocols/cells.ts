/** The matrix: every surface before every kind of backend, and what the registry says becomes of it. */
import { KIND_SURFACES } from '../../src/table/kind-surfaces.ts'
import type { BackendKind, Surface, Wire } from '../../src/table/route-table.ts'
import { ALL_SURFACES, SURFACE_TRAITS } from '../../src/table/surfaces.ts'
import { wireOf } from '../../src/table/wire-of.ts'

/**
 * `native` as it came · `via WIRE` translated · `by session` a session of OpenCode is driven · `estimate` the gateway
 * answers by itself · `refused` 400 · `–` there is no such thing.
 */
export type Verdict = 'native' | `via ${Wire}` | 'by session' | 'estimate' | 'refused' | '–'

export const CASES = ['plain', 'tools', 'parallel tools', 'image', 'long context', 'error', 'abort'] as const
export type Case = (typeof CASES)[number]

export interface Cell {
  surface: Surface
  kind: BackendKind
  case: Case
  streams: boolean
  verdict: Verdict
}

export const KINDS: readonly BackendKind[] = Object.keys(KIND_SURFACES) as BackendKind[]

/** The toy never fails, calls one tool at a time, and nobody sees whether it stops. */
const BEYOND_THE_TOY: ReadonlySet<Case> = new Set(['parallel tools', 'error', 'abort'])
/** Nobody is asked who could fail, or be left. */
const BEYOND_ESTIMATES: ReadonlySet<Case> = new Set(['error', 'abort'])
/** OpenCode has tools of its own, and no place for those of a client. */
const BEYOND_OPENCODE: ReadonlySet<Case> = new Set(['tools', 'parallel tools'])

export const CELLS: readonly Cell[] = ALL_SURFACES.flatMap((surface) =>
  KINDS.flatMap((kind) =>
    casesOf(surface).flatMap((name) =>
      (SURFACE_TRAITS[surface].streams ? [false, true] : [false]).map((streams) => ({
        surface,
        kind,
        case: name,
        streams,
        verdict: verdictOf(surface, kind, name),
      })),
    ),
  ),
)

/** Whether a cell runs with the real OpenCode, in `test/real/`: what never reaches a backend needs none. */
export function isOfOpenCode({ kind, surface }: Cell): boolean {
  return kind === 'opencode' && wireOf(KIND_SURFACES[kind], surface) === 'chat'
}

/** Model id of a cell behind its backend: no two are the same. */
export function idOf({ surface, case: name, streams }: Cell): string {
  return `${surface}.${name.replace(' ', '-')}.${streams ? 'stream' : 'whole'}`
}

/** Tools, images and turns are those of conversations; a recording is no text that could be long. */
function casesOf(surface: Surface): readonly Case[] {
  const { turns, body } = SURFACE_TRAITS[surface]
  if (turns !== null) return CASES
  return body === 'form' ? ['plain', 'error', 'abort'] : ['plain', 'long context', 'error', 'abort']
}

function verdictOf(surface: Surface, kind: BackendKind, name: Case): Verdict {
  const wire = wireOf(KIND_SURFACES[kind], surface)
  if (wire === null) return 'refused'
  if (kind === 'opencode' && BEYOND_OPENCODE.has(name)) return 'refused'
  if (wire === 'gateway') return BEYOND_ESTIMATES.has(name) ? '–' : 'estimate'
  if (kind === 'demo' && BEYOND_THE_TOY.has(name)) return '–'
  if (wire !== surface) return `via ${wire}`
  return kind === 'opencode' ? 'by session' : 'native'
}
