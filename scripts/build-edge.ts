/** Bundles the edge for both runtimes into `dist/`. The app is built once; policies arrive as data. */
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build, type BuildOptions, type Metafile } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

export interface EdgeBundles {
  /** Absolute paths of the two bundles. */
  workerd: string
  node: string
  /** What went into each, by runtime. */
  metafiles: { workerd: Metafile; node: Metafile }
}

const COMMON: BuildOptions = {
  bundle: true,
  format: 'esm',
  target: 'es2023',
  legalComments: 'none',
  logLevel: 'warning',
  absWorkingDir: root,
}

/** @param outDir folder for the bundles, `dist/` of the repository by default */
export async function buildEdge(outDir: string = `${root}dist`): Promise<EdgeBundles> {
  await mkdir(outDir, { recursive: true })
  const workerd = `${outDir}/edge-workerd.js`
  const node = `${outDir}/edge-node.js`
  const [forWorkerd, forNode] = await Promise.all([
    build({
      ...COMMON,
      entryPoints: ['src/runtime/edge-workerd.ts'],
      outfile: workerd,
      platform: 'neutral',
      mainFields: ['module', 'main'],
      conditions: ['workerd', 'worker', 'import'],
      external: ['cloudflare:*'],
      metafile: true,
    }),
    build({
      ...COMMON,
      entryPoints: ['src/runtime/edge-node.ts'],
      outfile: node,
      platform: 'node',
      // undici is CommonJS and asks for node:* by require.
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
      metafile: true,
    }),
  ])
  return { workerd, node, metafiles: { workerd: forWorkerd.metafile, node: forNode.metafile } }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildEdge()
