/**
 * A control process of its own, so that it can be killed: `node control-process.ts OPTIONS`, JSON. It prints `ready`
 * when it serves and ends at SIGTERM.
 */
import type { Runtime } from '../../../src/control/run-file.ts'
import { startControl } from '../../../src/runtime/control-node.ts'
import type { SharedState } from '../../../src/table/shared-state.ts'
import { snapshotOf } from '../../src/control/mini-edge.ts'

export interface ControlProcessOptions {
  runtime: Runtime
  bundles: Record<Runtime, string>
  stateDir: string
  /** `address:port` of the gateway. */
  http: string
  state: SharedState | null
  environment: Record<string, string>
}

const options = JSON.parse(process.argv[2] ?? '') as ControlProcessOptions

const control = await startControl({
  version: 'test',
  policies: '/policies',
  stateDir: options.stateDir,
  runtime: options.runtime,
  listen: { https: 'off', http: options.http, exposeHttp: false, names: [] },
  admin: '127.0.0.1:0',
  watch: false,
  suggestMode: () => '',
  compile: () => Promise.resolve({ ok: true, table: { ...snapshotOf('one').table, state: options.state } }),
  build: () => Promise.resolve(options.bundles),
  environment: () => Promise.resolve(options.environment),
  log: (_level, line) => console.log(line),
})
console.log('ready')
process.once('SIGTERM', () => void control.stop())
