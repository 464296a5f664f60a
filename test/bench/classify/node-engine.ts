/** The bench as a process of its own, told by messages what to do. */
import { type Job, prepareWork } from './measure.ts'

/** What it is told; each is answered with Spent when it is done. */
export type Order = { job: Job } | { calls: number }

/** Microseconds that the process has computed since it began. */
export type Spent = number

let work = (): unknown => null

process.on('message', (order: Order) => {
  if ('job' in order) work = prepareWork(order.job)
  else for (let left = order.calls; left > 0; left -= 1) work()
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
