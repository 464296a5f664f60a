import { defineConfig } from 'vitest/config'
import type { ViteUserConfig } from 'vitest/config'

/**
 * Eleven projects. `unit` is fast and runs on every change; the others start real processes.
 * Projects with different `maxWorkers` need a group of their own, so they run one after the other.
 */
/** Fast tests that start processes of their own, or a language server: seconds each, most of them spent waiting. */
const PROCESSES = [
  'test/compiler/commands/cli.test.ts',
  'test/scripts/bootstrap.test.ts',
  'test/src/control/{edge-process,control-node,supervisor,client-watch,watch-folder}.test.ts',
  'test/editor/**/*.test.ts',
]

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{compiler,src,golden,differential,property,scripts,bench,eval}/**/*.test.ts'],
          exclude: PROCESSES,
          setupFiles: ['test/fail-on-console.ts'],
          testTimeout: 15_000,
          hookTimeout: 30_000,
          restoreMocks: true,
          // By default a core is left idle, and of two that is half.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'processes',
          include: PROCESSES,
          setupFiles: ['test/fail-on-console.ts'],
          testTimeout: 15_000,
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
          testTimeout: 60_000,
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
          hookTimeout: 60_000,
          // Backends, clients and what is done to the gateway share one process and its clock.
          fileParallelism: false,
          sequence: { groupOrder: 7 },
        },
      },
      {
        test: {
          name: 'wrangler',
          include: ['test/wrangler/**/*.test.ts'],
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
