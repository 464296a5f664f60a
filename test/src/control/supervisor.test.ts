import { describe, expect, it, onTestFinished } from 'vitest'
import { launchEdge, type EdgeConfig, type EdgeProcess } from '../../../src/control/edge-process.ts'
import { openControlSocket } from '../../../src/control/control-socket.ts'
import { openListenSocket } from '../../../src/control/listen-socket.ts'
import { Supervisor } from '../../../src/control/supervisor.ts'
import { join } from 'node:path'
import { snapshotOf, writeMiniEdge } from './mini-edge.ts'

interface Rig {
  supervisor: Supervisor
  config: EdgeConfig
  /** Pids in the order in which they came to serve. */
  pids: number[]
  log: string[]
  ask: () => Promise<string | undefined>
  /** Says of the edge that was started last that it hangs. */
  reportHung: () => void
  /** Bundles that launch() uses from now on. */
  breakBundle: (broken: boolean) => void
}

async function rig(): Promise<Rig> {
  const mini = await writeMiniEdge()
  const socket = await openListenSocket({ address: '127.0.0.1', port: 0 }, '--http')
  const pids: number[] = []
  const log: string[] = []
  let count = 0
  let broken = false
  const hangs: (() => void)[] = []
  const supervisor: Supervisor = new Supervisor({
    launch: async ({ config, snapshot }): Promise<EdgeProcess> => {
      const edge = await launchEdge({
        ...config,
        snapshot,
        runtime: 'workerd',
        bundle: broken ? '/nonexistent' : mini.workerd,
        controlSocket: join(mini.dir, 'control.sock'),
        dir: join(mini.dir, `edge-${(count += 1)}`),
        onLine: (line) => log.push(line),
      })
      const { promise: hung, resolve } = Promise.withResolvers<void>()
      hangs.push(resolve)
      return { ...edge, hung }
    },
    log: (level, line) => log.push(`${level}: ${line}`),
    onEdge: ({ pid }) => pids.push(pid),
    drainMs: 5000,
  })
  const control = await openControlSocket(join(mini.dir, 'control.sock'), {
    snapshot: () => supervisor.snapshot,
    keepRecords: () => Promise.resolve(),
  })
  onTestFinished(async () => {
    await supervisor.stop()
    await control.close()
    await socket.close()
    await mini.remove()
  })
  return {
    supervisor,
    config: {
      http: { fd: socket.fd, address: socket.address, port: socket.port },
      https: null,
      backends: [],
      countsIn: null,
    },
    pids,
    log,
    breakBundle: (value) => {
      broken = value
    },
    reportHung: () => hangs.at(-1)!(),
    ask: async () => {
      try {
        const response = await fetch(`http://127.0.0.1:${socket.port}/`, { headers: { connection: 'close' } })
        return ((await response.json()) as { digest?: string }).digest
      } catch {
        // An edge that goes closes what it has accepted and not read yet.
        return 'closed'
      }
    },
  }
}

const MORE_BACKENDS = { backends: [{ name: 'gpu', origin: 'http://127.0.0.1:9', tls: null }] }

describe('Supervisor', () => {
  it('swaps, restarts or leaves alone, whichever the change asks for', async () => {
    const { supervisor, config, pids, ask } = await rig()
    expect(await supervisor.apply({ config, snapshot: snapshotOf('one') })).toBe('started')
    expect(await supervisor.apply({ config: { ...config }, snapshot: snapshotOf('one') })).toBe('unchanged')
    expect(await supervisor.apply({ config, snapshot: snapshotOf('two') })).toBe('swapped')
    expect(await ask()).toBe('two')
    expect(pids).toHaveLength(1)
    const topology = { ...config, ...MORE_BACKENDS }
    expect(await supervisor.apply({ config: topology, snapshot: snapshotOf('three') })).toBe('restarted')
    await expect.poll(ask).toBe('three')
    expect(new Set(pids).size).toBe(2)
  })

  it('starts another edge when one dies, with the snapshot of the last swap', async () => {
    const { supervisor, config, pids, ask, log } = await rig()
    await supervisor.apply({ config, snapshot: snapshotOf('one') })
    await supervisor.apply({ config, snapshot: snapshotOf('two') })
    process.kill(pids[0]!, 'SIGKILL')
    await expect.poll(() => pids.length).toBe(2)
    await expect.poll(() => supervisor.status).toMatchObject({ state: 'running', restarts: 1, pid: pids[1] })
    expect(await ask()).toBe('two')
    expect(log.join('\n')).toMatch(/edge \d+ died \(SIGKILL\); starting another in \d+ ms/)
  })

  it('serves a request that arrived while no edge was there', async () => {
    const { supervisor, config, pids, ask } = await rig()
    await supervisor.apply({ config, snapshot: snapshotOf('one') })
    process.kill(pids[0]!, 'SIGKILL')
    await expect.poll(() => supervisor.status.state).toBe('restarting')
    expect(await ask()).toBe('one')
  })

  it('ends an edge that hangs and starts another, which answers what arrived meanwhile', async () => {
    const { supervisor, config, pids, ask, reportHung, log } = await rig()
    await supervisor.apply({ config, snapshot: snapshotOf('one') })
    process.kill(pids[0]!, 'SIGSTOP')
    reportHung()
    expect(await ask()).toBe('one')
    await expect.poll(() => pids.length).toBe(2)
    await expect
      .poll(() => supervisor.status)
      .toMatchObject({ state: 'running', restarts: 0, hangs: 1, pid: pids[1] })
    expect(() => process.kill(pids[0]!, 0)).toThrow('ESRCH')
    expect(log.join('\n')).toMatch(
      /error: edge \d+ has not answered for 10 s, ending it\nerror: edge \d+ hung \(SIGKILL\); starting another in \d+ ms/,
    )
  })

  it('does not hurry an edge that is ending anyway', async () => {
    const { supervisor, config, reportHung, log } = await rig()
    await supervisor.apply({ config, snapshot: snapshotOf('one') })
    const stopped = supervisor.stop()
    reportHung()
    await stopped
    expect(supervisor.status).toMatchObject({ state: 'stopped', hangs: 0 })
    expect(log).toEqual([])
  })

  it('goes on trying while edges do not start', async () => {
    const { supervisor, config, pids, breakBundle, log } = await rig()
    await supervisor.apply({ config, snapshot: snapshotOf('one') })
    breakBundle(true)
    process.kill(pids[0]!, 'SIGKILL')
    await expect.poll(() => log.filter((line) => line.includes('did not start')).length).toBeGreaterThan(1)
    breakBundle(false)
    await expect.poll(() => supervisor.status.state, { timeout: 8000 }).toBe('running')
  })

  it('leaves everything as it was when a new edge does not start', async () => {
    const { supervisor, config, pids, breakBundle, ask } = await rig()
    await supervisor.apply({ config, snapshot: snapshotOf('one') })
    breakBundle(true)
    const change = supervisor.apply({ config: { ...config, ...MORE_BACKENDS }, snapshot: snapshotOf('two') })
    await expect(change).rejects.toThrow('did not start')
    expect(await ask()).toBe('one')
    expect(supervisor.snapshot?.table.digest).toBe('one')
    expect(supervisor.status).toMatchObject({ state: 'running', pid: pids[0], restarts: 0 })
  })

  it('replaces an edge that refuses a snapshot, if the next one takes it', async () => {
    const { supervisor, config, pids, ask } = await rig()
    await supervisor.apply({ config, snapshot: snapshotOf('one') })
    await expect(supervisor.apply({ config, snapshot: snapshotOf('refused') })).rejects.toThrow(
      'refused the snapshot',
    )
    expect(await ask()).toBe('one')
    expect(supervisor.status.pid).toBe(pids[0])
  })

  it('ends its edges and starts none any more', async () => {
    const { supervisor, config, pids } = await rig()
    await supervisor.apply({ config, snapshot: snapshotOf('one') })
    await supervisor.stop()
    expect(() => process.kill(pids[0]!, 0)).toThrow('ESRCH')
    expect(supervisor.status).toMatchObject({ state: 'stopped', restarts: 0 })
    await expect(supervisor.apply({ config, snapshot: snapshotOf('two') })).rejects.toThrow('stopping')
  })
})
