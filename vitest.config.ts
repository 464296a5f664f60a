import { defineConfig } from 'vitest/config'
import type { ViteUserConfig } from 'vitest/config'

/**
 * `unit` is fast and runs on every change; `property` tries at length what `unit` tries a sample of;
 * the others start real processes.
 * Projects with different `maxWorkers` need a group of their own, so they run one after the other.
 */
/** Fast tests that start processes of their own, or a language server: seconds each, most of them spent waiting. */
const PROCESSES = [
  'test/compiler/commands/cli.test.ts',
  'test/scripts/bootstrap.test.ts',
  'test/compiler/commands/tolerate-closed-output.test.ts',
  'test/src/control/{edge-process,control-node,supervisor,client-watch,watch-folder}.test.ts',
  'test/src/control/{accepted-table,modes,shadow}.test.ts',
  'test/editor/**/*.test.ts',
]

/** Whole walks through small worlds: a sample of them would tell nothing. */
const WALKS = ['test/property/policy/**/*.test.ts']

/** Whoever waits for a process waits on a busy machine too; where all is well it is over at once. */
const PATIENT = { poll: { timeout: 20_000 } }

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{compiler,src,golden,differential,property,scripts,bench,eval}/**/*.test.ts'],
          exclude: [...PROCESSES, ...WALKS],
          // Read by `test/property/runs.ts`.
          env: { AICC_SAMPLE: '1' },
          setupFiles: ['test/fail-on-console.ts'],
          testTimeout: 15_000,
          hookTimeout: 30_000,
          restoreMocks: true,
          // Hundreds of small files would spend most of their time on loading the same modules again: product modules
          // keep no state of their own. Processes, not threads: some tests change the working directory.
          isolate: false,
          // By default a core is left idle, and of two that is half.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'property',
          include: ['test/{property,differential}/**/*.test.ts'],
          setupFiles: ['test/fail-on-console.ts'],
          testTimeout: 120_000,
          restoreMocks: true,
          isolate: false,
          maxWorkers: '100%',
          sequence: { groupOrder: 5 },
        },
      },
      {
        test: {
          name: 'processes',
          include: PROCESSES,
          expect: PATIENT,
          setupFiles: ['test/fail-on-console.ts'],
          testTimeout: 60_000,
          hookTimeout: 30_000,
          restoreMocks: true,
          maxWorkers: '100%',
          sequence: { groupOrder: 5 },
        },
      },
      {
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          expect: PATIENT,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // Every file runs a gateway and an upstream beside itself; more at once would only fight for the cores.
          maxWorkers: 2,
          maxConcurrency: 16,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'protocols',
          include: ['test/protocols/**/*.test.ts'],
          expect: PATIENT,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxConcurrency: 16,
          fileParallelism: false,
          sequence: { groupOrder: 6 },
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          expect: PATIENT,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // Most cases wait for a time to run out: all of them at once.
          maxConcurrency: 64,
          fileParallelism: false,
          sequence: { groupOrder: 6 },
        },
      },
      {
        test: {
          name: 'reload',
          include: ['test/reload/**/*.test.ts'],
          expect: PATIENT,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Load is generated here: nothing else may want the cores meanwhile.
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: 'privacy',
          include: ['test/privacy/**/*.test.ts'],
          expect: PATIENT,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // A gateway, three recorders and all that is sent to them.
          fileParallelism: false,
          sequence: { groupOrder: 6 },
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts'],
          expect: PATIENT,
          testTimeout: 60_000,
          // The first run makes a virtual environment and installs LiteLLM into it.
          hookTimeout: 600_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'state',
          include: ['test/state/**/*.test.ts'],
          expect: PATIENT,
          testTimeout: 180_000,
          hookTimeout: 60_000,
          // Processes are killed here, and what is left of them counted.
          fileParallelism: false,
          sequence: { groupOrder: 6 },
        },
      },
      {
        test: {
          name: 'chaos',
          include: ['test/chaos/**/*.test.ts'],
          expect: PATIENT,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Backends, clients and what is done to the gateway share one process and its clock.
          fileParallelism: false,
          sequence: { groupOrder: 7 },
        },
      },
      {
        test: {
          name: 'telemetry',
          include: ['test/telemetry/**/*.test.ts'],
          expect: PATIENT,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Most of it is waiting for a sink that fails.
          maxWorkers: 2,
          sequence: { groupOrder: 8 },
        },
      },
      {
        test: {
          name: 'wrangler',
          include: ['test/wrangler/**/*.test.ts'],
          expect: PATIENT,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})

export default config
