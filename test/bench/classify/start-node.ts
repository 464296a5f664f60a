/** The bench in a Node process of its own: what ran before it in this one has taught the engine other things. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundle } from './bundle.ts'
import type { Order, Spent } from './node-engine.ts'
import type { Engine } from './time.ts'

export async function startNode(): Promise<Engine> {
  const dir = await mkdtemp(join(tmpdir(), 'aicc-bench-'))
  const file = join(dir, 'engine.mjs')
  await bundle('node-engine.ts', file, 'node')
  const child = fork(file)
  const ended = once(child, 'exit')
  let spent: Spent = 0
  const tell = async (order: Order): Promise<void> => {
    const answered = once(child, 'message')
    child.send(order)
    const early = ended.then(() => {
      throw new Error('the Node process ended')
    })
    ;[spent] = (await Promise.race([answered, early])) as [Spent]
  }
  const engine: Engine = {
    name: 'node',
    load: (job) => tell({ job }),
    run: (calls) => tell({ calls }),
    spent: () => spent,
    stop: async () => {
      child.kill('SIGKILL')
      await ended
      await rm(dir, { recursive: true, force: true })
    },
  }
  await engine.run(0)
  return engine
}
