/**
 * `aicc explain`: where a request would go, and why. Nothing is sent anywhere.
 */
import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Complexity } from '../../src/table/predicate.ts'
import type { RouteTable, Surface } from '../../src/table/route-table.ts'
import { ALL_SURFACES } from '../../src/table/surfaces.ts'
import { quote } from '../diagnostics/quote.ts'
import { suggestHelp } from '../diagnostics/suggest.ts'
import { explain } from '../explain/explain.ts'
import { renderExplanation } from '../explain/render-explanation.ts'
import { createLineOf } from '../simulate/line-of-file.ts'
import { type SimulatedRequest, simulate } from '../simulate/simulate.ts'
import { toRequest } from '../simulate/to-request.ts'
import { parseWeekTime } from '../simulate/world.ts'
import { fetchStatus } from '../../src/control/admin-client.ts'
import { CommandFailure } from './command-failure.ts'
import { compileForTool } from './compile-for-tool.ts'
import { policiesOption, stateOption } from './shared-options.ts'

interface ExplainFlags {
  policies: string
  model?: string
  client?: string
  surface: Surface
  prompt?: string
  system?: string
  tokens?: number
  file?: string
  header?: Record<string, string>
  mode?: string[]
  down?: string[]
  live?: boolean
  state: string
  time?: number
  classifier?: Complexity
  full?: boolean
  format: 'pretty' | 'json'
}

export function explainCommand(): Command {
  return new Command('explain')
    .description('say where a request would go, and why: rules, labels, targets; nothing is sent')
    .addOption(policiesOption())
    .option('--model <name>', "the name asked for (default: the surface's of `defaultModels`)")
    .option('--client <name>', 'who asks (default: the first of clients.yaml)')
    .addOption(new Option('--surface <surface>', 'the operation').choices(ALL_SURFACES).default('chat'))
    .option('--prompt <text>', 'the last user turn')
    .option('--system <text>', 'the system prompt')
    .option('--tokens <n>', 'repeat the prompt until the request has so many estimated tokens', toCount)
    .addOption(
      new Option('--file <path>', 'take the body, as it stands, from a file; - is standard input').conflicts([
        'prompt',
        'system',
        'tokens',
      ]),
    )
    .option('--header <name=value>', 'a header of the request; may be repeated', toHeader)
    .option('--mode <name>', 'a mode that is on; may be repeated', toList)
    .option('--down <backend>', 'a backend that is down; may be repeated', toList)
    .option('--live', 'besides, the modes that are on and the backends that are down at the running gateway')
    .addOption(stateOption())
    .option('--time <time>', "day and time in the policy's time zone, as 'fri 22:30' (default: now)", toTime)
    .addOption(
      new Option(
        '--classifier <class>',
        'what the classifier model answers (default: nothing of use)',
      ).choices(['simple', 'medium', 'complex']),
    )
    .option('--full', 'every part of every condition, and rules that were not asked')
    .addOption(
      new Option('--format <format>', 'of the explanation').choices(['pretty', 'json']).default('pretty'),
    )
    .addHelpText(
      'after',
      `
Rules are marked + (decided), * (held, and went on) and - (did not hold). What detectors found
is shown by its place only.

Exit code: 0 routed, 1 could not run, 2 refused.

Examples:
  $ aicc explain --model auto --prompt 'write a haiku'
  $ aicc explain --model auto --tokens 20000 --mode gaming-pc --header X-Force-Big=true
  $ aicc explain --model auto --live
  $ aicc explain --client crew --file body.json --format json`,
    )
    .action(async (flags: ExplainFlags) => {
      process.exitCode = await runExplain(flags)
    })
}

/** @returns the exit code */
async function runExplain(flags: ExplainFlags): Promise<number> {
  const { policies, time, classifier = null, full = false, format } = flags
  const live = flags.live === true ? await liveWorld(flags.state) : { modes: [], down: [] }
  const modes = [...new Set([...(flags.mode ?? []), ...live.modes])]
  const down = [...new Set([...(flags.down ?? []), ...live.down])]
  const { compiled, sources } = await compileForTool(policies)
  const { table, policy } = compiled
  const client = flags.client ?? policy.clients.keys().next().value ?? ''
  requireKnown('client', [client], [...policy.clients.keys()])
  requireKnown('mode', modes, Object.keys(table.modes))
  requireKnown('backend', down, Object.keys(table.backends))
  if (classifier !== null && table.classify.complexity.classifier === null) {
    throw new CommandFailure('error: --classifier without a model in `classify.complexity.classifier`', 1)
  }

  const request = await readRequest({ ...flags, client }, table)
  const world = { modes, down, minuteOfWeek: time ?? null, classifier }
  const simulation = simulate(request, world, table)
  const lineOf = createLineOf(policy, sources)
  const explanation = explain({ request, world, simulation, compiled, lineOf })
  console.log(
    format === 'json' ? JSON.stringify(explanation, null, 2) : renderExplanation(explanation, { full }),
  )
  return simulation.error === null ? 0 : 2
}

/** @throws CommandFailure when no gateway answers */
async function liveWorld(state: string): Promise<{ modes: string[]; down: string[] }> {
  const answer = await fetchStatus(state)
  if (answer.kind === 'failed') throw new CommandFailure(answer.message, 1)
  if (answer.kind === 'not-running') {
    throw new CommandFailure(`no gateway runs on the state folder ${state}; leave --live out`, 1)
  }
  const { modes, held } = answer.status
  // What one of its models does is no word on the backend.
  const down = (held ?? []).filter((name) => !name.includes('/'))
  return { modes: modes.filter(({ on }) => on).map(({ name }) => name), down }
}

async function readRequest(
  flags: ExplainFlags & { client: string },
  table: RouteTable,
): Promise<SimulatedRequest> {
  const { client, model, surface, prompt, system, tokens, file, header: headers = {} } = flags
  if (file !== undefined) return { client, surface, headers, body: await readBody(file, model) }
  if (model === undefined && table.defaultModels?.[surface] === undefined) {
    throw new CommandFailure('error: say which model is asked for: --model NAME, or --file BODY', 1)
  }
  const said = { client, surface, headers }
  const texts = Object.entries({ model, prompt, system, tokens }).filter(([, value]) => value !== undefined)
  return toRequest({ ...said, ...Object.fromEntries(texts) }, table)
}

/** As it stands, so that even what the edge could not read is explained; with another model when one is named. */
async function readBody(file: string, model: string | undefined): Promise<string> {
  const body = file === '-' ? await readAll(process.stdin) : await readFile(file, 'utf8')
  if (model === undefined) return body
  try {
    return JSON.stringify({ ...(JSON.parse(body) as object), model })
  } catch {
    throw new CommandFailure(`error: ${file} is not JSON, so --model cannot be put into it`, 1)
  }
}

function requireKnown(what: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new CommandFailure(
    `error: ${what} ${quote(unknown)} is not defined; ${suggestHelp(unknown, known, `${what}s`)}`,
    1,
  )
}

function toHeader(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+)[=:](.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new InvalidArgumentError('must be NAME=VALUE')
  return { ...before, [name]: value.trim() }
}

function toList(text: string, before: readonly string[] = []): string[] {
  return [...before, text]
}

function toCount(text: string): number {
  if (!/^[1-9][0-9]{0,5}$|^1000000$/.test(text)) throw new InvalidArgumentError('must be from 1 to 1000000')
  return Number(text)
}

function toTime(text: string): number {
  const minute = parseWeekTime(text.toLowerCase())
  if (minute === null) throw new InvalidArgumentError("must be a day and a time, such as 'fri 22:30'")
  return minute
}
