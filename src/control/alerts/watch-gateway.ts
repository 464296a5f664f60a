/** Alerts of the gateway that runs: where what they watch is asked for. */
import type { EdgeProcess } from '../edge-process.ts'
import type { Gateway } from '../gateway.ts'
import type { Probes } from '../probes/probes.ts'
import type { ShippingStatus } from '../shipping/trace-shipper.ts'
import type { UsageStore } from '../usage-store.ts'
import { type AlertWatch, type AlertWatchOptions, createAlertWatch } from './alert-watch.ts'

export interface WatchedParts extends Pick<AlertWatchOptions, 'path' | 'log'> {
  gateway: Gateway
  store: Pick<UsageStore, 'windows'>
  probes: Pick<Probes, 'status'>
  shipper: { status: () => Promise<readonly Pick<ShippingStatus, 'oldestAt'>[]> }
}

export function watchGateway({ gateway, store, probes, shipper, path, log }: WatchedParts): AlertWatch {
  const edge = (): EdgeProcess => {
    const { edge: serving } = gateway.supervisor
    if (serving === null) throw new Error('no edge serves')
    return serving
  }
  return createAlertWatch({
    inForce: () => {
      const { table, environment } = gateway.inForce
      return table.alerts === undefined ? null : { alerts: table.alerts, environment }
    },
    sources: {
      windows: store.windows,
      held: async () => (await edge().traffic()).held,
      probes: probes.status,
      budgets: async () => edge().budgets(),
      oldestTraces: async () => (await shipper.status()).map(({ oldestAt }) => oldestAt),
    },
    path,
    log,
  })
}
