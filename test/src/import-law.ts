/**
 * The import law as data: which layer may import which, and which packages. The linter's overrides say
 * what must not be; this says all that may be, on resolved paths.
 */
import { posix } from 'node:path'

interface Layer {
  /** Paths that begin so belong to it; the first layer that fits counts. */
  paths: readonly string[]
  /** Layers it may import besides itself. */
  layers: readonly string[]
  /** Packages it may import. */
  packages: RegExp
}

const NONE = /^$/
const RUN_TIME = /^(?!(?:yaml|zod|commander|esbuild)(?:\/|$))/
const PURE = /^(?:hono(?:\/|$)|@noble\/hashes\/)/
const PIPELINE = ['table', 'ports', 'errors', 'protocols', 'backends', 'judge', 'pipeline', 'state']
const EDGE = [...PIPELINE, 'app', 'edge', 'generated']

export const LAW: Record<string, Layer> = {
  table: { paths: ['src/table/'], layers: [], packages: NONE },
  generated: { paths: ['src/generated/'], layers: ['table'], packages: NONE },
  errors: { paths: ['src/errors.ts'], layers: [], packages: NONE },
  ports: { paths: ['src/ports.ts'], layers: ['table'], packages: NONE },
  protocols: { paths: ['src/protocols/'], layers: PIPELINE, packages: PURE },
  backends: { paths: ['src/backends/'], layers: PIPELINE, packages: PURE },
  // What judges a request, without the world: tools run it as it stands.
  judge: {
    paths: [
      'src/pipeline/classify/',
      'src/pipeline/route/body-changes.ts',
      'src/pipeline/route/edit-parameters.ts',
      'src/pipeline/route/refusal.ts',
    ],
    layers: ['table', 'errors', 'protocols'],
    packages: NONE,
  },
  pipeline: { paths: ['src/pipeline/'], layers: PIPELINE, packages: PURE },
  state: { paths: ['src/state/'], layers: PIPELINE, packages: PURE },
  app: { paths: ['src/app.ts'], layers: PIPELINE, packages: PURE },
  'adapters/workerd': {
    paths: ['src/adapters/workerd/'],
    layers: ['ports', 'table', 'errors'],
    packages: /^cloudflare:/,
  },
  adapters: {
    paths: ['src/adapters/'],
    layers: ['ports', 'table', 'errors'],
    packages: /^(?!(?:yaml|zod|commander|esbuild|hono|@hono)(?:\/|$))/,
  },
  control: { paths: ['src/control/'], layers: ['table', 'ports', 'errors'], packages: RUN_TIME },
  cloudflare: {
    paths: ['src/runtime/cloudflare.ts'],
    layers: [...EDGE, 'adapters/workerd', 'control'],
    packages: /^cloudflare:/,
  },
  'edge-node': { paths: ['src/runtime/edge-node.ts'], layers: [...EDGE, 'adapters'], packages: RUN_TIME },
  'control-node': {
    paths: ['src/runtime/control-node.ts'],
    layers: ['table', 'ports', 'errors', 'control', 'adapters'],
    packages: RUN_TIME,
  },
  'usage-thread': {
    paths: ['src/runtime/usage-thread.ts'],
    layers: ['table', 'ports', 'errors', 'state', 'adapters'],
    packages: RUN_TIME,
  },
  edge: {
    paths: ['src/runtime/'],
    layers: [...EDGE, 'adapters/workerd'],
    packages: /^cloudflare:/,
  },
  commands: {
    paths: ['compiler/commands/'],
    layers: ['compiler', 'simulate', 'table', 'control', 'control-node', 'scripts'],
    packages: /./,
  },
  simulate: {
    paths: ['compiler/simulate/'],
    layers: ['compiler', 'table', 'errors', 'protocols', 'judge'],
    packages: NONE,
  },
  compiler: { paths: ['compiler/'], layers: ['table', 'simulate'], packages: /./ },
  scripts: { paths: ['scripts/'], layers: ['compiler', 'commands', 'table'], packages: /./ },
}

/**
 * @param file path from the root of the repository
 * @param specifier what the import statement says
 * @returns what the law has against it, or null
 */
export function importFault(file: string, specifier: string): string | null {
  const from = layerOf(file)
  const law = LAW[from]
  if (law === undefined) return `${file} belongs to no layer`
  if (!specifier.startsWith('.')) {
    return law.packages.test(specifier) ? null : `${from} must not import the package ${specifier}`
  }
  const target = posix.join(posix.dirname(file), specifier)
  const to = layerOf(target)
  return to === from || law.layers.includes(to) ? null : `${from} must not import ${to} (${target})`
}

function layerOf(path: string): string {
  const found = Object.entries(LAW).find(([, { paths }]) => paths.some((start) => path.startsWith(start)))
  return found?.[0] ?? 'nowhere'
}

const IMPORTS =
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"`]([^'"`]+)['"`]/gm

/** Every module that a source text names, types included. */
export function importsOf(source: string): string[] {
  return [...source.matchAll(IMPORTS)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}
