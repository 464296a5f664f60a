/** `npm run bench:compile`: how long a large policy takes to compile with all proofs. Budget of the issue: 2 s. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile } from '../../../compiler/compile.ts'
import { toTexts } from '../../property/compile-documents.ts'
import { largePolicy, type PolicySize } from './large-policy.ts'

const BUDGET_MS = 2000
const ROUNDS = 5
const SIZES: readonly PolicySize[] = [
  { rules: 10, models: 5, backends: 3 },
  { rules: 100, models: 20, backends: 10 },
  { rules: 1000, models: 100, backends: 50 },
]

const folder = await mkdtemp(join(tmpdir(), 'aicc-bench-compile-'))
let worst = 0
try {
  for (const size of SIZES) {
    const texts = toTexts(largePolicy(size))
    for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, `${name}.yaml`), text)
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const start = performance.now()
      const result = await compile({ policies: folder })
      times.push(performance.now() - start)
      if (!result.ok) throw new Error(`does not compile: ${JSON.stringify(result.diagnostics[0])}`)
    }
    times.sort((a, b) => a - b)
    worst = times.at(-1) ?? 0
    const middle = times[Math.floor(ROUNDS / 2)] ?? 0
    const { rules, models, backends } = size
    console.log(
      `${rules} rules × ${models} models × ${backends} backends: median ${middle.toFixed(0)} ms, worst ${worst.toFixed(0)} ms of ${ROUNDS}`,
    )
  }
} finally {
  await rm(folder, { recursive: true })
}
console.log(worst <= BUDGET_MS ? `within ${BUDGET_MS} ms` : `MISSED: over ${BUDGET_MS} ms`)
process.exitCode = worst <= BUDGET_MS ? 0 : 2
