/** What is held to be down goes last, as it stands when its turn comes: of many requests that saw it up, one tries it. */
import type { Target } from '../../table/route-table.ts'
import type { Exchange } from './exchange.ts'

export function* heldLast(
  { health, snapshot }: Pick<Exchange, 'health' | 'snapshot'>,
  targets: readonly Target[],
): Generator<Target> {
  const putOff: Target[] = []
  for (const target of targets) {
    if (health.isHeld(snapshot.table, target)) putOff.push(target)
    else yield target
  }
  yield* putOff
}
