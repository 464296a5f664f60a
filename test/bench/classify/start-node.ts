/** The bench in a Node process of its own: what ran before it in this one has taught the engine other things. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Order, Spent } from './node-engine.ts'
import type { Engine } from './time.ts'

export async function startNode(): Promise<Engine> {
  const child = fork(fileURLToPath(new URL('node-engine.ts', import.meta.url)))
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
    },
  }
  await engine.run(0)
  return engine
}
