import { execFile } from 'node:child_process'
import { copyFile, glob, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildEdge, type EdgeBundles } from '../../scripts/build-edge.ts'
import { importFault, importsOf, LAW } from './import-law.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

type Case = [file: string, specifier: string]

const FORBIDDEN: Case[] = [
  ['src/table/decide.ts', '../errors.ts'],
  ['src/table/decide.ts', '../pipeline/route/route.ts'],
  ['src/table/decide.ts', 'hono'],
  ['src/table/decide.ts', 'node:crypto'],
  ['src/errors.ts', './table/decide.ts'],
  ['src/errors.ts', 'hono'],
  ['src/ports.ts', './errors.ts'],
  ['src/ports.ts', './pipeline/watch.ts'],
  ['src/ports.ts', 'node:http'],
  ['src/protocols/sse.ts', 'node:buffer'],
  ['src/protocols/sse.ts', '../adapters/node/backend-fetch.ts'],
  ['src/backends/demo.ts', '../runtime/edge.ts'],
  ['src/backends/demo.ts', 'undici'],
  ['src/pipeline/watch.ts', 'node:timers'],
  ['src/pipeline/forward/send.ts', '../../adapters/workerd/backend-fetch.ts'],
  ['src/pipeline/forward/send.ts', '../../runtime/edge.ts'],
  ['src/pipeline/forward/send.ts', '../../control/gateway.ts'],
  ['src/pipeline/route/route.ts', '../../generated/route-table.ts'],
  ['src/pipeline/route/route.ts', '../../../compiler/config/policy.ts'],
  ['src/pipeline/route/route.ts', 'zod'],
  ['src/pipeline/route/route.ts', '@hono/node-server'],
  ['src/state/ledger.ts', 'ioredis'],
  ['src/app.ts', './control/gateway.ts'],
  ['src/app.ts', 'yaml'],
  ['src/adapters/node/backend-fetch.ts', '../../pipeline/watch.ts'],
  ['src/adapters/node/backend-fetch.ts', '../../protocols/sse.ts'],
  ['src/adapters/node/backend-fetch.ts', '../../runtime/edge.ts'],
  ['src/adapters/redis/ledger.ts', 'zod'],
  ['src/adapters/workerd/backend-fetch.ts', 'node:net'],
  ['src/adapters/workerd/backend-fetch.ts', 'undici'],
  ['src/control/gateway.ts', '../pipeline/watch.ts'],
  ['src/control/gateway.ts', '../app.ts'],
  ['src/control/gateway.ts', '../runtime/edge.ts'],
  ['src/control/doctor/check-backend.ts', '../../protocols/sse.ts'],
  ['src/control/gateway.ts', '../../compiler/compile.ts'],
  ['src/control/gateway.ts', 'yaml'],
  ['src/control/gateway.ts', 'zod/mini'],
  ['src/runtime/edge.ts', 'node:fs'],
  ['src/runtime/edge.ts', '../control/gateway.ts'],
  ['src/runtime/edge-workerd.ts', '../adapters/node/backend-fetch.ts'],
  ['src/runtime/edge-workerd.ts', '@hono/node-server'],
  ['src/runtime/cloudflare.ts', 'node:crypto'],
  ['src/runtime/cloudflare.ts', '../../compiler/compile.ts'],
  ['src/runtime/edge-node.ts', 'yaml'],
  ['src/runtime/control-node.ts', '../../compiler/compile.ts'],
  ['src/runtime/control-node.ts', '../../scripts/build-edge.ts'],
  ['src/runtime/usage-thread.ts', '../control/gateway.ts'],
  ['src/runtime/usage-thread.ts', '../../compiler/compile.ts'],
  ['src/state/usage-book.ts', 'node:sqlite'],
  ['src/state/usage-book.ts', '../adapters/sqlite/open-database.ts'],
  ['src/pipeline/classify/classify.ts', '../../ports.ts'],
  ['src/pipeline/classify/classify.ts', '../forward/send.ts'],
  ['src/pipeline/route/body-changes.ts', '../../ports.ts'],
  ['compiler/compile.ts', '../src/errors.ts'],
  ['compiler/compile.ts', '../src/pipeline/classify/classify.ts'],
  ['compiler/simulate/simulate.ts', '../../src/pipeline/forward/send.ts'],
  ['compiler/simulate/simulate.ts', '../../src/ports.ts'],
  ['compiler/check/check.ts', '../../src/pipeline/route/route.ts'],
  ['compiler/check/check.ts', '../../src/control/gateway.ts'],
  ['compiler/compile.ts', './commands/cli.ts'],
  ['compiler/emit/to-module.ts', '../../scripts/build-edge.ts'],
  ['compiler/commands/serve.ts', '../../src/app.ts'],
  ['compiler/commands/serve.ts', '../../src/pipeline/watch.ts'],
  ['compiler/commands/serve.ts', '../../src/runtime/edge-node.ts'],
]

const PERMITTED: Case[] = [
  ['src/table/decide.ts', './route-table.ts'],
  ['src/ports.ts', './table/active-snapshot.ts'],
  ['src/pipeline/edge/cors.ts', 'hono/cors'],
  ['src/pipeline/edge/authenticate.ts', '@noble/hashes/sha2.js'],
  ['src/pipeline/forward/send.ts', '../../backends/kind.ts'],
  ['src/protocols/models.ts', '../pipeline/route/route.ts'],
  ['src/adapters/node/backend-fetch.ts', 'undici'],
  ['src/adapters/workerd/backend-fetch.ts', '../../ports.ts'],
  ['src/adapters/sqlite/open-database.ts', 'node:sqlite'],
  ['src/runtime/usage-thread.ts', '../state/usage-book.ts'],
  ['src/control/gateway.ts', 'node:fs'],
  ['src/control/gateway.ts', '../table/snapshot.ts'],
  ['src/runtime/edge-workerd.ts', 'cloudflare:workers'],
  ['src/runtime/edge-node.ts', '../adapters/node/backend-fetch.ts'],
  ['compiler/compile.ts', '../src/table/route-table.ts'],
  ['compiler/load/parse-yaml.ts', 'yaml'],
  ['compiler/simulate/simulate.ts', '../../src/pipeline/classify/classify.ts'],
  ['compiler/simulate/simulate.ts', '../../src/pipeline/route/refusal.ts'],
  ['compiler/simulate/simulate.ts', '../../src/pipeline/route/body-changes.ts'],
  ['compiler/explain/explain.ts', '../simulate/simulate.ts'],
  ['compiler/commands/serve.ts', '../../src/runtime/control-node.ts'],
  ['compiler/commands/serve.ts', '../../scripts/build-edge.ts'],
]

describe('the law', () => {
  it.each(FORBIDDEN)('%s must not import %s', (file, specifier) => {
    expect(importFault(file, specifier)).toContain('must not import')
  })

  it.each(PERMITTED)('%s may import %s', (file, specifier) => {
    expect(importFault(file, specifier)).toBeNull()
  })

  it('has no layer that no rule was shown for', () => {
    const shown = new Set(FORBIDDEN.map(([file, specifier]) => importFault(file, specifier)?.split(' ')[0]))
    // The emitted table is the compiler's to test, and scripts are free but for the sources they start from.
    shown.add('generated').add('scripts')
    expect(Object.keys(LAW).filter((layer) => !shown.has(layer))).toEqual([])
  })

  it.each([
    { source: "import { a } from './a.ts'", found: ['./a.ts'] },
    { source: "import type { A } from './a.ts'", found: ['./a.ts'] },
    { source: "import {\n  a,\n  b,\n} from './a.ts'\nimport c from 'c'", found: ['./a.ts', 'c'] },
    { source: "import './a.ts'", found: ['./a.ts'] },
    { source: "export { a } from './a.ts'\nexport * from './b.ts'", found: ['./a.ts', './b.ts'] },
    { source: "const a = await import('./a.ts')", found: ['./a.ts'] },
    { source: "let a: import('./a.ts').A", found: ['./a.ts'] },
    { source: "const a = require('a')", found: ['a'] },
    { source: "export const from = 'x'\n// import a from b", found: [] },
  ])('is asked about every import in $source', ({ source, found }) => {
    expect(importsOf(source)).toEqual(found)
  })
})

describe('the sources', () => {
  it('keep it', async () => {
    const faults: string[] = []
    let imports = 0
    for await (const file of glob('{src,compiler}/**/*.ts', { cwd: ROOT })) {
      for (const specifier of importsOf(await readFile(join(ROOT, file), 'utf8'))) {
        imports += 1
        const fault = importFault(file, specifier)
        // The emitter holds the text of the module that it writes.
        if (fault !== null && file !== 'compiler/emit/to-module.ts') faults.push(`${file}: ${fault}`)
      }
    }
    expect(faults).toEqual([])
    expect(imports).toBeGreaterThan(200)
  })
})

describe('the linter', () => {
  let dir: string

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'aicc-law-'))
    await copyFile(join(ROOT, '.oxlintrc.json'), join(dir, '.oxlintrc.json'))
  })
  afterAll(() => rm(dir, { recursive: true }))

  /** Whether the linter refuses the import, for each case; every case gets a file of its own. */
  async function restricted(cases: readonly Case[]): Promise<boolean[]> {
    const names = await Promise.all(
      cases.map(async ([file, specifier], i) => {
        const name = isExact(file) ? file : file.replace(/[^/]*$/, `case-${i}.ts`)
        await mkdir(join(dir, dirname(name)), { recursive: true })
        await writeFile(join(dir, name), `import '${specifier}'\n`)
        return name
      }),
    )
    const { diagnostics } = await oxlint(dir, names)
    const refused = diagnostics.filter(({ code }) => code.includes('no-restricted-imports'))
    return names.map((name) => refused.some(({ filename }) => filename === name))
  }

  it('refuses all that the law refuses', async () => {
    const missed: Case[] = []
    for (const batch of batches(FORBIDDEN)) {
      const verdicts = await restricted(batch)
      missed.push(...batch.filter((_, i) => verdicts[i] !== true))
    }
    expect(missed).toEqual([])
  })

  it('takes what the law permits', async () => {
    for (const batch of batches(PERMITTED)) expect(await restricted(batch)).not.toContain(true)
  })
})

/** Rules for single files: their name is part of the law. */
function isExact(file: string): boolean {
  return /^src\/(?:[^/]+|(?:runtime|pipeline\/route)\/[^/]+)$/.test(file)
}

/** Splits cases so that no exact file stands twice in one batch. */
function batches(cases: readonly Case[]): Case[][] {
  const result: Case[][] = []
  for (const entry of cases) {
    const free = result.find((batch) => !isExact(entry[0]) || batch.every(([file]) => file !== entry[0]))
    if (free === undefined) result.push([entry])
    else free.push(entry)
  }
  return result
}

interface LintReport {
  diagnostics: { code: string; filename: string }[]
}

function oxlint(cwd: string, files: string[]): Promise<LintReport> {
  const packageFile = createRequire(import.meta.url).resolve('oxlint/package.json')
  const bin = join(dirname(packageFile), 'bin/oxlint')
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [bin, '--format', 'json', ...files], { cwd }, (_error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout) as LintReport)
      } catch {
        reject(new Error(`oxlint said: ${stdout}${stderr}`))
      }
    })
  })
}

describe('the bundles', () => {
  let dir: string
  let bundles: EdgeBundles

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'aicc-bundle-'))
    bundles = await buildEdge(dir)
  })
  afterAll(() => rm(dir, { recursive: true }))

  /** Inputs and externals of a bundle that fit. */
  function within(metafile: Metafile, pattern: RegExp): string[] {
    const externals = Object.values(metafile.outputs).flatMap((output) =>
      output.imports.map(({ path }) => path),
    )
    return [...Object.keys(metafile.inputs), ...externals].filter((path) => pattern.test(path))
  }

  const NEVER = /^(?:compiler|src\/control|src\/generated|scripts|test)\/|node_modules\/(?:yaml|zod)\//

  it('for workerd has the app, and no Node', () => {
    const { workerd } = bundles.metafiles
    expect(within(workerd, NEVER)).toEqual([])
    expect(
      within(workerd, /^node:|^src\/adapters\/node\/|node_modules\/(?:undici|@hono\/node-server)\//),
    ).toEqual([])
    expect(within(workerd, /^src\/(?:app|adapters\/workerd\/.*)\.ts$/)).toHaveLength(3)
    const packages = within(workerd, /node_modules\//).map(
      (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1],
    )
    expect(new Set(packages)).toEqual(new Set(['@noble/hashes', 'hono']))
  })

  // A bundle of a few hundred KiB is parsed in milliseconds. The first bound is for a package that comes in by mistake,
  // the second for data that belongs into the table.
  it('for workerd is small: what packages bring to it, and the whole', () => {
    const [output] = Object.values(bundles.metafiles.workerd.outputs)
    const brought = Object.entries(output?.inputs ?? {}).filter(([file]) => file.startsWith('node_modules/'))
    expect(brought.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0)).toBeLessThan(80 * 1024)
    expect(output?.bytes).toBeLessThan(704 * 1024)
  })

  it('for Node has the app, and nothing of the control process', () => {
    const { node } = bundles.metafiles
    expect(within(node, NEVER)).toEqual([])
    expect(within(node, /^src\/adapters\/workerd\/|^cloudflare:/)).toEqual([])
    expect(within(node, /^src\/(?:app|adapters\/node\/.*)\.ts$/)).toHaveLength(3)
  })
})
