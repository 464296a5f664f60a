/** One request on its way: all that the forward stage shares between its attempts. */
import type { ModelRequest } from '../../protocols/model-request.ts'
import type { SurfaceRoute } from '../../protocols/surfaces.ts'
import type { Ports } from '../../ports.ts'
import type { ActiveSnapshot } from '../../table/active-snapshot.ts'
import type { BodyChanges } from '../route/body-changes.ts'
import type { Watch } from '../watch.ts'
import type { Lease } from './balance.ts'
import type { Health } from './health.ts'
import type { ServedModel, Target } from '../../table/route-table.ts'

export interface Exchange {
  ports: Ports
  snapshot: ActiveSnapshot
  route: SurfaceRoute
  request: ModelRequest
  /** Key of the table's `models`, and the model itself. */
  modelName: string
  model: ServedModel
  /** Tried in order, each at most once. */
  targets: readonly Target[]
  /** No byte of this request may leave for a zone below this rank. */
  minZone: number
  /** It carries a label: backends are told to keep nothing of it. */
  labelled: boolean
  /** Null where the body leaves as it came, but for the model's id. */
  changes: BodyChanges | null
  /** Hold on the target that works for it; whoever ends the answer releases it, by stopping the watch. */
  lease: Lease
  health: Health
  clientName: string
  correlationId: string
  /** Headers of every answer to this request. */
  answerHeaders: Readonly<Record<string, string>>
  /** Aborted when the client goes away. */
  client: AbortController
  /** Guards the deadlines of this request, and lets go of its client; whoever ends the answer stops it. */
  watch: Watch
}
