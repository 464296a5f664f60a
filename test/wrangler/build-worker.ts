/** Builds the Worker as `wrangler deploy` would, without a network, and runs it under miniflare. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4FetchHandler } from 'miniflare'
import { unstable_readConfig } from 'wrangler'
import { compile } from '../../compiler/compile.ts'
import { toModule } from '../../compiler/emit/to-module.ts'
import type { Policies } from '../conformance/harness/start-gateway.ts'

export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url))
const WRANGLER = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')
const BUILD_MS = 60_000

/** The banner asks the npm registry for a newer version; nothing here may leave the machine. */
const QUIET = {
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_WRITE_LOGS: 'false',
}

/**
 * @param project folder with a wrangler.toml
 * @returns path of the bundle
 * @throws when wrangler refuses, with what it wrote
 */
export async function dryRun(project: string, outDir: string): Promise<string> {
  await promisify(execFile)(process.execPath, [WRANGLER, 'deploy', '--dry-run', '--outdir', outDir], {
    cwd: project,
    env: { ...process.env, ...QUIET },
    timeout: BUILD_MS,
  })
  return join(outDir, 'cloudflare.js')
}

/** A folder in the repository, so that packages are found, and one that git ignores. */
export async function makeScratch(): Promise<string> {
  const parent = join(ROOT, '.wrangler')
  await mkdir(parent, { recursive: true })
  return await mkdtemp(join(parent, 'test-'))
}

/** The repository's own Worker, with the table of these policies in place of the committed one. */
export async function buildWorker(scratch: string, policies: Policies): Promise<string> {
  const compiled = await compile({ policies: '.', readFile: (path) => readPolicy(policies, path) })
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics, null, 2))
  await cp(join(ROOT, 'src'), join(scratch, 'src'), { recursive: true })
  await cp(join(ROOT, 'wrangler.toml'), join(scratch, 'wrangler.toml'))
  await writeFile(join(scratch, 'src/generated/route-table.ts'), toModule(compiled.table))
  return await dryRun(scratch, join(scratch, 'dist'))
}

async function readPolicy(policies: Policies, path: string): Promise<Uint8Array> {
  for (const name of ['policy', 'backends', 'clients'] as const) {
    if (path.endsWith(`${name}.yaml`)) return new TextEncoder().encode(JSON.stringify(policies[name]))
  }
  throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })
}

export interface WorkerOptions {
  bundle: string
  /** Variables and secrets. */
  bindings: Record<string, string>
  /** Stands for the internet. */
  internet: V4FetchHandler
  /** Takes what the runtime says when the Worker does not start. */
  onLog?: (line: string) => void
}

/** With the compatibility date and flags of wrangler.toml. The caller disposes of it. */
export function startWorker({ bundle, bindings, internet, onLog = () => {} }: WorkerOptions): Miniflare {
  const config = unstable_readConfig({ config: join(ROOT, 'wrangler.toml') })
  return new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      scriptPath: bundle,
      compatibilityDate: config.compatibility_date ?? '',
      compatibilityFlags: config.compatibility_flags,
      bindings,
      outboundService: internet,
      cf: false,
      telemetry: { enabled: false },
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: ({ message }) => onLog(message),
    }),
  )
}

export async function removeScratch(scratch: string): Promise<void> {
  await rm(scratch, { recursive: true, force: true })
}
