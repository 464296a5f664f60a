/** What the edge stage learns of a request and the later stages read from Hono's context. */
import type { ActiveSnapshot } from '../../table/active-snapshot.ts'

export interface EdgeEnv {
  Variables: {
    correlationId: string
    snapshot: ActiveSnapshot
    client: string
  }
}
