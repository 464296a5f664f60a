/**
 * Wakes backends that sleep, each once however many requests ask, and says when they are there. A backend that did not
 * come is left alone for a while: its requests go elsewhere at once.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import type { Backend } from '../../table/route-table.ts'
import type { Snapshot } from '../../table/snapshot.ts'
import type { WakePolicy } from '../../table/wake-policy.ts'
import { createBackendClient } from '../doctor/backend-client.ts'
import { askHealth } from '../probes/ask-health.ts'
import { sendMagicPacket } from './magic-packet.ts'
import type { Log } from '../../table/log-line.ts'

/** Between two looks whether it is there. */
const LOOK_EVERY_MS = 1000
/** How long one look may take: a host that is off answers nothing. */
const LOOK_MS = 1500
/** A packet may be lost: it is sent once more after so long. */
const SEND_AGAIN_MS = 10_000
const CALL_MS = 5000
/** For so long nobody waits again for one that did not come. */
const GIVEN_UP_MS = 60_000

export interface WakerOptions {
  /** What is in force; null while nothing is. */
  snapshot: () => Snapshot | null
  log: Log
  /** In ms, by a clock that nobody sets. */
  now?: () => number
  wait?: (ms: number) => Promise<unknown>
}

export interface Waker {
  /** Resolves when the backend answers (true), or when `startsWithin` is over; never rejects. */
  wake: (backend: string) => Promise<boolean>
  /** Nobody is waited for any more. */
  stop: () => void
}

type Wakeable = Backend & { origin: string; wake: WakePolicy }

export function createWaker({
  snapshot,
  log,
  now = () => performance.now(),
  wait = sleep,
}: WakerOptions): Waker {
  const underWay = new Map<string, Promise<boolean>>()
  const givenUpUntil = new Map<string, number>()
  const ending = new AbortController()

  const call = async (name: string, { by }: WakePolicy): Promise<void> => {
    try {
      if (by.kind === 'packet') return await sendMagicPacket(by)
      const signal = AbortSignal.timeout(CALL_MS)
      const { statusCode, body } = await request(by.url, { method: by.method, signal })
      await body.dump()
      if (statusCode < 200 || statusCode > 299) throw new Error(`it answered ${statusCode}`)
    } catch (error) {
      log('warn', `backend \`${name}\` could not be woken: ${(error as Error).message}`)
    }
  }

  const isThere = async (backend: Wakeable, key: string | null): Promise<boolean> => {
    const client = createBackendClient(backend, key, LOOK_MS)
    const { up } = await askHealth(backend, client, null)
    void client.close()
    return up
  }

  const run = async (name: string, backend: Wakeable, key: string | null): Promise<boolean> => {
    // What broke may have been one connection.
    if (await isThere(backend, key)) return true
    const { wake } = backend
    const beganAt = now()
    let calledAt = beganAt
    log('info', `backend \`${name}\` does not answer and is woken`)
    await call(name, wake)
    while (now() - beganAt < wake.startsWithinMs && !ending.signal.aborted) {
      await wait(LOOK_EVERY_MS)
      if (await isThere(backend, key)) {
        log('info', `backend \`${name}\` is awake after ${Math.round((now() - beganAt) / 1000)} s`)
        return true
      }
      if (wake.by.kind !== 'packet' || now() - calledAt < SEND_AGAIN_MS) continue
      calledAt = now()
      await call(name, wake)
    }
    if (ending.signal.aborted) return false
    givenUpUntil.set(name, now() + GIVEN_UP_MS)
    log('warn', `backend \`${name}\` did not wake within ${wake.startsWithinMs / 1000} s`)
    return false
  }

  return {
    async wake(name) {
      const { table, backendKeys } = snapshot() ?? {}
      const { origin = null, wake = null, ...backend } = table?.backends[name] ?? {}
      if (origin === null || wake === null || now() < (givenUpUntil.get(name) ?? 0)) return false
      let waking = underWay.get(name)
      if (waking === undefined) {
        const wakeable = { ...(backend as Backend), origin, wake }
        waking = run(name, wakeable, backendKeys?.[name] ?? null)
          .catch((error: unknown) => {
            log('warn', `waking backend \`${name}\` failed: ${String(error)}`)
            return false
          })
          .finally(() => underWay.delete(name))
        underWay.set(name, waking)
      }
      return waking
    },
    stop() {
      ending.abort()
    },
  }
}
