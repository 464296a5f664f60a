/**
 * What every arm is started with.
 */
import type { Children } from './children.ts'
import type { Mock } from './loadgen.ts'

export interface Setting {
  children: Children
  mock: Mock
  /** A folder of this run's own, removed at its end. */
  folder: string
  /** The folder that stays from run to run (`.bench`), for what takes long to get. */
  keep: string
  /** Called at the end, whatever became of the run. */
  cleanUps: (() => Promise<void>)[]
}
