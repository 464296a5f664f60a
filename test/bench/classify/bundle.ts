/** Bundles an engine of the bench as `scripts/build-edge.ts` bundles the edge: a bundle runs otherwise than its sources do. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** @param entry beside this file */
export async function bundle(entry: string, outfile: string, platform: 'neutral' | 'node'): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2023',
    platform,
    logLevel: 'warning',
  })
}
