/** What alerts watch, as it stands: of each source one question, and only what the policy's alerts ask for. */
import type { Alert, AlertPolicy, RequestMeasure } from '../../table/alert-policy.ts'
import type { WindowReading } from '../../table/alert-status.ts'
import type { BudgetStanding } from '../../table/usage-report.ts'
import type { ProbeStatus } from '../probes/probes.ts'

/** One thing that an alert watches. */
export interface AlertSample {
  /** Which of several things; null = there is but one. */
  about: string | null
  /** In the alert's unit; null = nothing can be said. */
  value: number | null
  /** How many requests it is made of; left out where none are. */
  requests?: number
}

/** Who is asked. What rejects is not known at the moment. */
export interface AlertSources {
  windows: (measures: readonly RequestMeasure[], now: number) => Promise<WindowReading[]>
  /** What the edge holds to be down. */
  held: () => Promise<readonly string[]>
  /** By backend; who is not asked is left out. */
  probes: () => Readonly<Record<string, Pick<ProbeStatus, 'state'>>>
  budgets: () => Promise<readonly BudgetStanding[]>
  /** When the oldest trace that waits had ended (Unix ms; null = none waits), by sink. */
  oldestTraces: () => Promise<readonly (number | null)[]>
}

/** @returns by name of the alert; what is left out of a list is not known */
export async function readSamples(
  { watch }: AlertPolicy,
  sources: AlertSources,
  now: number,
): Promise<Map<string, AlertSample[]>> {
  const alerts = Object.entries(watch)
  const measures = alerts.flatMap(([, { measure }]) => (isOfRequests(measure) ? [measure] : []))
  const asks = (kind: Alert['measure']['kind']): boolean =>
    alerts.some(([, { measure }]) => measure.kind === kind)
  const unknown = (): null => null
  const [readings, held, budgets, oldest] = await Promise.all([
    measures.length === 0 ? null : sources.windows(measures, now).catch(unknown),
    asks('backend-down') ? sources.held().catch(unknown) : null,
    asks('budget') ? sources.budgets().catch(unknown) : null,
    asks('trace-age') ? sources.oldestTraces().catch(unknown) : null,
  ])
  const probes = sources.probes()
  const sample = ({ measure }: Alert): AlertSample[] => {
    if (measure.kind === 'backend-down') {
      return measure.backends.map((name) => ({ about: name, value: isDown(probes[name]?.state, held, name) }))
    }
    if (measure.kind === 'budget') {
      return (budgets ?? [])
        .filter(({ client }) => measure.clients.includes(client))
        .map(({ client, per, used, limit }) => ({ about: `${client}/${per}`, value: (100 * used) / limit }))
    }
    if (measure.kind === 'trace-age') return [{ about: null, value: oldest && ageOf(oldest, now) }]
    return [{ about: null, ...(readings?.[measures.indexOf(measure)] ?? { value: null }) }]
  }
  return new Map(alerts.map(([name, alert]) => [name, sample(alert)]))
}

function isOfRequests(measure: Alert['measure']): measure is RequestMeasure {
  return 'scope' in measure
}

/** A probe that has not asked yet says nothing; who is not probed is up unless the edge holds it to be down. */
function isDown(
  probed: ProbeStatus['state'] | undefined,
  held: readonly string[] | null,
  name: string,
): number | null {
  if (probed === 'down' || held?.includes(name)) return 1
  if (probed === 'unknown') return null
  return probed === 'up' || held !== null ? 0 : null
}

function ageOf(oldest: readonly (number | null)[], now: number): number {
  return Math.max(0, ...oldest.map((at) => (at === null ? 0 : now - at)))
}
