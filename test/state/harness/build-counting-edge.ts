/** The edge for both runtimes, as scripts/build-edge.ts makes it, around the counting app. */
import { fileURLToPath } from 'node:url'
import { build, type BuildOptions } from 'esbuild'
import type { Runtime } from '../../../src/control/run-file.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const APP = fileURLToPath(new URL('counting-app.ts', import.meta.url))

const COMMON: BuildOptions = {
  bundle: true,
  format: 'esm',
  target: 'es2023',
  logLevel: 'warning',
  absWorkingDir: ROOT,
  plugins: [{ name: 'app', setup: (it) => it.onResolve({ filter: /\/app\.ts$/ }, () => ({ path: APP })) }],
}

export async function buildCountingEdge(outDir: string): Promise<Record<Runtime, string>> {
  const [workerd, node] = [`${outDir}/edge-workerd.js`, `${outDir}/edge-node.js`]
  await build({
    ...COMMON,
    entryPoints: ['src/runtime/edge-workerd.ts'],
    outfile: workerd,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'import'],
    external: ['cloudflare:*'],
  })
  await build({
    ...COMMON,
    entryPoints: ['src/runtime/edge-node.ts'],
    outfile: node,
    platform: 'node',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  })
  return { workerd, node }
}
