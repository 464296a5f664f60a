/** The API operations that are routed by model: one registry that the app serves from. */
import type { Surface } from '../table/route-table.ts'

export interface SurfaceRoute {
  surface: Surface
  /** Path at the gateway. */
  path: string
  /** Path at a backend, below its basePath. */
  backendPath: string
  /** Whether `"stream": true` means anything to it. */
  streams: boolean
}

export const SURFACES: readonly SurfaceRoute[] = [
  { surface: 'chat', path: '/v1/chat/completions', backendPath: '/chat/completions', streams: true },
  { surface: 'completions', path: '/v1/completions', backendPath: '/completions', streams: true },
  { surface: 'embeddings', path: '/v1/embeddings', backendPath: '/embeddings', streams: false },
]
