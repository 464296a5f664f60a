/** How the gateway stands at this moment, for Prometheus; what is counted over time is `state/request-metrics.ts`. */
import type { AlertsReport } from '../table/alert-status.ts'
import { gaugeText } from '../table/metric.ts'
import type { EdgeTraffic } from './edge-control.ts'
import type { GatewayStatus } from './gateway-status.ts'
import type { ShippingStatus } from './shipping/trace-shipper.ts'

/** @param traffic of the edge that serves; null = none answers */
export function gauges(status: GatewayStatus, traffic: EdgeTraffic | null): string {
  const { backends, modes, edge, records, version, digest, runtime } = status
  const held = new Set(traffic?.held)
  const asked = backends.filter(({ health }) => health !== null && health.state !== 'unknown')
  const targets = backends.flatMap(({ name, models }) => models.map((model) => [name, model] as const))
  const slots = Object.entries(traffic?.slots ?? {})
  return [
    gaugeText('aicc_info', 'The gateway and the policy in force.', {
      labels: ['version', 'runtime', 'digest'],
      samples: [[version, runtime, digest, 1]],
    }),
    gaugeText('aicc_edge_up', 'Whether an edge serves and answers.', {
      samples: [[Number(edge.state === 'running' && traffic !== null)]],
    }),
    gaugeText('aicc_edge_restarts', 'Edges that were started again since the gateway began.', {
      samples: [[edge.restarts]],
    }),
    gaugeText('aicc_requests_in_flight', 'Requests that are being answered.', {
      samples: traffic === null ? [] : [[traffic.inFlight]],
    }),
    gaugeText('aicc_backend_up', 'What probes found, of backends that are asked.', {
      labels: ['backend'],
      samples: asked.map(({ name, health }) => [name, Number(health?.state === 'up')]),
    }),
    gaugeText('aicc_target_held', 'Targets that the edge passes over, being held to be down.', {
      labels: ['backend', 'model'],
      samples: targets.map(([backend, model]) => [
        backend,
        model,
        Number(held.has(backend) || held.has(`${backend}/${model}`)),
      ]),
    }),
    gaugeText('aicc_slots_used', 'Requests at backends that work on so many at once.', {
      labels: ['backend'],
      samples: slots.map(([backend, { busy }]) => [backend, busy]),
    }),
    gaugeText('aicc_slots_waiting', 'Requests in line for a place there.', {
      labels: ['backend'],
      samples: slots.map(([backend, { waiting }]) => [backend, waiting]),
    }),
    gaugeText('aicc_mode_on', 'Modes that are on.', {
      labels: ['mode'],
      samples: modes.map(({ name, on }) => [name, Number(on)]),
    }),
    gaugeText('aicc_records_waiting', 'Records that the edge has not handed over yet.', {
      samples: traffic === null ? [] : [[traffic.records.waiting]],
    }),
    gaugeText('aicc_records_dropped', 'Records that edges had to drop, because nobody took them.', {
      samples: [[records.dropped]],
    }),
    gaugeText('aicc_records_kept', 'Whether records can be kept at the moment.', {
      samples: [[Number(records.problem === null)]],
    }),
    ...(status.alerts === undefined ? [] : ofAlerts(status.alerts)),
    ...(status.traces?.length ? ofTraces(status.traces) : []),
  ].join('')
}

function ofTraces(sinks: readonly ShippingStatus[]): string[] {
  const all = (name: string, help: string, value: (status: ShippingStatus) => number): string =>
    gaugeText(name, help, { labels: ['sink'], samples: sinks.map((status) => [status.sink, value(status)]) })
  return [
    all('aicc_traces_waiting', 'Traces that wait for the sink.', ({ waiting }) => waiting),
    all('aicc_traces_age_seconds', 'How long ago the oldest of them had ended.', ({ oldestAt }) =>
      oldestAt === null ? 0 : Math.max(0, Date.now() - oldestAt) / 1000,
    ),
    all('aicc_traces_taken', 'Whether the sink takes traces at the moment.', ({ problem }) =>
      Number(problem === null),
    ),
    all('aicc_traces_shipped', 'Traces shipped since the gateway began.', ({ shipped }) => shipped),
    all(
      'aicc_traces_duplicates_possible',
      'Those of them that the sink may have twice.',
      ({ duplicatesPossible }) => duplicatesPossible,
    ),
    all('aicc_traces_dropped', 'Traces lost because too many waited.', ({ dropped }) => dropped),
    all(
      'aicc_traces_spans_refused',
      'Spans of shipped traces that the sink did not take, without saying which.',
      ({ spansRefused }) => spansRefused,
    ),
    all(
      'aicc_traces_texts_withheld',
      'Shipped traces whose text was meant for another place or key.',
      ({ textsWithheld }) => textsWithheld,
    ),
    all('aicc_traces_dead', 'Traces of thirty days that the sink will never take.', ({ dead }) => dead),
  ]
}

/** An alert about several things fires when it does for one of them. */
function ofAlerts({ alerts, receivers }: AlertsReport): string[] {
  if (alerts.length === 0) return []
  const firing = new Set(alerts.flatMap(({ name, state }) => (state === 'firing' ? [name] : [])))
  const names = [...new Set(alerts.map(({ name }) => name))]
  return [
    gaugeText('aicc_alert_firing', 'Alerts of the policy that fire.', {
      labels: ['alert'],
      samples: names.map((name) => [name, Number(firing.has(name))]),
    }),
    gaugeText('aicc_alert_messages_waiting', 'Messages of alerts that a receiver has not taken yet.', {
      labels: ['receiver'],
      samples: receivers.map(({ name, waiting }) => [name, waiting]),
    }),
  ]
}
