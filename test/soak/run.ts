/**
 * The long runs: mixed traffic for minutes on each runtime, the policy swapped every few seconds, clients
 * that vanish and backends that break all the while (`traffic`); as long a chaos run, half of it on each (`chaos`); fifty
 * kills of edge and control process under load (`kills`); ten thousand requests on each runtime whose traces go to a sink
 * that fails in every way (`traces`); a hundred kills, after which no trace may be missing (`trace-kills`);
 * llama.cpp's servers behind the gateway, which are built first where they can be (`llamacpp`).
 * And a crew of CrewAI's, whose packages are too many for CI (`crewai`).
 * `--minutes N`, `--rounds N` for the kills, `--requests N` for the traces, `--only NAME` for one of them.
 * Exit code 0 when nothing went wrong and memory stayed flat, 2 when not.
 */
import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { requestReload } from '../../src/control/admin-client.ts'
import { createClient } from '../conformance/harness/client.ts'
import { secrets, testPolicies } from '../conformance/harness/policies.ts'
import { startGateway, type Gateway, type Runtime } from '../conformance/harness/start-gateway.ts'
import { startUpstream } from '../upstream/recording-upstream.ts'
import { paced, ROLE, text } from '../upstream/reply.ts'
import { runLlama } from './llama/run-llama.ts'
import { peakGrowth, residentMib, type Sample } from './memory.ts'
import { keepCalling, MODELS } from './traffic.ts'

const LOOK_EVERY_MS = 5000
/** Growth of the peaks that is taken for noise. */
const MAX_GROWTH_MIB = 32

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rounds: { type: 'string' },
    requests: { type: 'string', default: '10000' },
    only: { type: 'string' },
  },
})
const minutes = Number(values.minutes)
if (!(minutes > 0)) throw new Error('--minutes takes a positive number')
if (values.rounds !== undefined && !(Number(values.rounds) > 0))
  throw new Error('--rounds takes a positive number')
if (!(Number(values.requests) > 0)) throw new Error('--requests takes a positive number')

/** Each gives how many of its verdicts failed. */
const PARTS: Record<string, () => number | Promise<number>> = {
  traffic: async () => (await soak('workerd')) + (await soak('node')),
  chaos: () => runSuite('chaos', 'test/chaos', { AICC_CHAOS_SECONDS: String(minutes * 30) }),
  crewai: () => runSuite('real', 'test/real/recipes.test.ts', { AICC_RECIPE: 'crewai' }),
  kills: () => runSuite('state', 'test/state/kill.test.ts', { AICC_KILL_ROUNDS: values.rounds ?? '50' }),
  traces: () =>
    runSuite('telemetry', 'test/telemetry/telemetry.test.ts', { AICC_TELEMETRY_ASKS: values.requests }),
  'trace-kills': () =>
    runSuite('telemetry', 'test/telemetry/kill.test.ts', { AICC_TELEMETRY_KILLS: values.rounds ?? '100' }),
  llamacpp: runLlama,
}
const chosen = values.only === undefined ? Object.keys(PARTS) : [values.only]
let failed = 0
for (const name of chosen) {
  const part = PARTS[name]
  if (part === undefined) throw new Error(`--only takes one of ${Object.keys(PARTS).join(', ')}`)
  const its = await part()
  console.log(`${name}: ${its === 0 ? 'PASS' : 'FAIL'}`)
  failed += its
}
console.log(`soak: ${failed === 0 ? 'PASS' : 'FAIL'}`)
process.exitCode = failed === 0 ? 0 : 2

/** A suite's own test, for longer. */
function runSuite(project: string, path: string, more: Record<string, string>): number {
  const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', project, path], {
    stdio: 'inherit',
    env: { ...process.env, ...more },
  })
  return status === 0 ? 0 : 1
}

/** @returns how many verdicts failed */
async function soak(runtime: Runtime): Promise<number> {
  const upstream = await startUpstream()
  upstream.reply(`mock/${MODELS.stream}`, paced(30, 20))
  upstream.reply(`mock/${MODELS.cut}`, [{ send: ROLE + text('begin') }, { at: 50 }, { cut: true }])
  const policies = testPolicies(upstream.origin, {
    models: { left: {}, right: {}, [MODELS.stream]: {}, [MODELS.cut]: {} },
    aliases: { [MODELS.answer]: 'left' },
  })
  const gateway = await startGateway({ runtime, ...policies, env: secrets })
  const client = createClient(gateway)
  const over = new AbortController()
  try {
    const calling = keepCalling(client, over.signal)
    const samples: Sample[] = []
    let swaps = 0
    const started = Date.now()
    while (Date.now() - started < minutes * 60_000) {
      await sleep(LOOK_EVERY_MS)
      samples.push({
        at: (Date.now() - started) / 1000,
        mib: await residentMib(gateway.run.edgePid),
      })
      if (await swap(gateway, swaps)) swaps += 1
      upstream.forget()
    }
    over.abort()
    const tally = await calling
    const growth = peakGrowth(samples)
    const { answers, streams, vanished, broken, unexpected, examples } = tally
    console.log(
      `${runtime}: ${answers} answers, ${streams} streams, ${vanished} clients gone, ${broken} broken streams, ${swaps} policies swapped`,
    )
    for (const example of examples) console.log(`  ${example}`)
    const verdicts: [ok: boolean, what: string][] = [
      [unexpected === 0, `${unexpected} calls ended in another way than they should`],
      [
        growth <= MAX_GROWTH_MIB,
        `memory of the edge: ${samples.at(0)?.mib.toFixed(0)} MiB at first, ${samples.at(-1)?.mib.toFixed(0)} at last, peaks of the last third ${growth.toFixed(0)} MiB above those before`,
      ],
      [swaps > 0, `${swaps} policies swapped`],
    ]
    for (const [ok, what] of verdicts) console.log(`  ${ok ? 'PASS' : 'FAIL'}  ${what}`)
    return verdicts.filter(([ok]) => !ok).length
  } finally {
    over.abort()
    client.close()
    await gateway.stop()
    await upstream.close()
  }
}

async function swap(gateway: Gateway, count: number): Promise<boolean> {
  const file = join(gateway.folder, 'policies/policy.yaml')
  const [from, to] = count % 2 === 0 ? ['left', 'right'] : ['right', 'left']
  const before = await readFile(file, 'utf8')
  await writeFile(file, before.replace(`"${MODELS.answer}": "${from}"`, `"${MODELS.answer}": "${to}"`))
  const answer = await requestReload(join(gateway.folder, 'state'), {})
  return answer.kind === 'reloaded' && answer.how === 'swapped'
}
