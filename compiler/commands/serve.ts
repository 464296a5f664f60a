/** `aicc serve`: compiles the policies, starts the gateway and stays until it is told to stop. */
import { resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Control } from '../../src/runtime/control-node.ts'
import type { Runtime } from '../../src/control/run-file.ts'
import { DEFAULT_LISTEN } from '../../src/table/default-listen.ts'
import { suggestHelp } from '../diagnostics/suggest.ts'
import { hostName } from '../validate/scalar-schemas.ts'
import { CommandFailure, isBug } from './command-failure.ts'
import { compileForGateway } from './compile-policies.ts'
import { readEnvironment } from './environment.ts'
import { renderBanner } from './serve-banner.ts'
import { policiesOption, stateOption } from './shared-options.ts'
import { productVersion } from './version.ts'

/** Ctrl-C reaches us from the terminal and once more from each script around us: that is still one wish. */
const SAME_WISH_MS = 1000

interface ServeFlags {
  policies: string
  state: string
  runtime: Runtime
  https?: string
  http?: string
  admin: string
  name: string[]
  exposeHttp?: boolean
  watch?: boolean
}

export function serveCommand(): Command {
  return new Command('serve')
    .description('compile the policies and start the gateway')
    .addOption(policiesOption())
    .addOption(stateOption())
    .addOption(
      new Option('--runtime <name>', 'what the edge runs on')
        .choices(['workerd', 'node'])
        .env('AICC_RUNTIME')
        .default('workerd'),
    )
    .addOption(
      new Option('--https <address:port>', `or off (default: the policy, else ${DEFAULT_LISTEN.https})`).env(
        'AICC_HTTPS',
      ),
    )
    .addOption(
      new Option('--http <address:port>', `or off (default: the policy, else ${DEFAULT_LISTEN.http})`).env(
        'AICC_HTTP',
      ),
    )
    .addOption(
      new Option('--admin <address:port>', 'admin API, loopback only')
        .env('AICC_ADMIN')
        .default(DEFAULT_LISTEN.admin),
    )
    .addOption(
      new Option('--name <host>', 'a host name to answer to, besides those of machine and policy; repeatable')
        .env('AICC_NAMES')
        .argParser(addHostNames)
        .default([], 'none'),
    )
    .option('--watch', 'reload whenever the policies folder changes (env: AICC_WATCH=1)')
    .option('--expose-http', 'let plain HTTP listen beyond this machine (env: AICC_EXPOSE_HTTP=1)')
    .addHelpText(
      'after',
      `
Port 0 takes any free port; run.json in the state folder tells which. Secrets that the policy names come
from the environment or from .env in the working directory.

Examples:
  $ aicc serve
  $ aicc serve --watch                                 each saved edit comes into force if it compiles
  $ aicc serve --runtime node --https 0.0.0.0:9443 --http off
  $ aicc serve --http 172.17.0.1:4000 --expose-http    for containers of this host`,
    )
    .action(serve)
}

async function serve(flags: ServeFlags): Promise<void> {
  const startedAt = performance.now()
  const signals = watchSignals()
  const control = await start(flags)
  const tookMs = performance.now() - startedAt
  const environment = await readEnvironment()
  const { table } = control.gateway.inForce
  console.log(renderBanner({ status: control.status(), state: control.state, table, environment, tookMs }))
  await signals.first
  console.log('stopping, requests in flight may finish (once more to stop at once)')
  void signals.second.then(() => control.kill())
  await control.stop()
  signals.dispose()
}

/** @throws CommandFailure */
async function start(flags: ServeFlags): Promise<Control> {
  // Loaded late: the other commands need none of it.
  const [{ startControl, PolicyRefused }, { buildEdge }, esbuild] = await Promise.all([
    import('../../src/runtime/control-node.ts'),
    import('../../scripts/build-edge.ts'),
    import('esbuild'),
  ])
  const { https = null, http = null, runtime, admin } = flags
  try {
    return await startControl({
      version: productVersion(),
      policies: resolve(flags.policies),
      stateDir: flags.state,
      runtime,
      admin,
      watch: flags.watch ?? isOn(process.env['AICC_WATCH']),
      listen: {
        https,
        http,
        exposeHttp: flags.exposeHttp ?? isOn(process.env['AICC_EXPOSE_HTTP']),
        names: flags.name,
      },
      suggestMode: (written, known) => suggestHelp(written, known, 'modes'),
      compile: () => compileForGateway(resolve(flags.policies)),
      build: async (outDir) => {
        const bundles = await buildEdge(outDir)
        // Its service process would stay as long as we do.
        await esbuild.stop()
        return bundles
      },
      environment: readEnvironment,
      log: (_level, line) => process.stderr.write(`${line}\n`),
    })
  } catch (error) {
    if (error instanceof PolicyRefused) throw new CommandFailure(`${error.message}\nserve: not started`, 2)
    if (isBug(error)) throw error
    throw new CommandFailure(`error: ${(error as Error).message}`, 1)
  }
}

/** One name per flag; the environment variable has commas. */
function addHostNames(text: string, before: string[]): string[] {
  const names = text.split(',').map((name) => name.trim())
  for (const name of names) {
    if (!hostName.safeParse(name).success) {
      throw new InvalidArgumentError(
        'write a name or an address without scheme and port, such as ai.example.com',
      )
    }
  }
  return [...before, ...names]
}

/** A switch in the environment: `0` and `false` must not open anything. */
function isOn(value: string | undefined): boolean {
  return /^(1|true|yes|on)$/i.test(value ?? '')
}

interface Signals {
  first: Promise<void>
  second: Promise<void>
  dispose: () => void
}

/** From the very beginning, so that a signal during the start is not lost and leaves no edge behind. */
function watchSignals(): Signals {
  const first = Promise.withResolvers<void>()
  const second = Promise.withResolvers<void>()
  let firstAt: number | null = null
  const onSignal = (): void => {
    if (firstAt === null) {
      firstAt = performance.now()
      first.resolve()
    } else if (performance.now() - firstAt > SAME_WISH_MS) {
      second.resolve()
    }
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, onSignal)
  const dispose = (): void => {
    for (const name of names) process.off(name, onSignal)
  }
  return { first: first.promise, second: second.promise, dispose }
}
