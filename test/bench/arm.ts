/**
 * An arm: one way from the load generator to the mock, directly or through a gateway.
 */
export const ARM_NAMES = ['direct', 'workerd', 'node', 'nginx', 'portkey', 'litellm'] as const

export type ArmName = (typeof ARM_NAMES)[number]

/** Where and how an arm is called. */
export interface Endpoint {
  url: string
  headers: Record<string, string>
  /** PEM of the CA to trust; empty for plain HTTP. */
  ca: string
}

/** Something that can be called, and what it runs in. */
export interface Gateway {
  http: Endpoint
  /** Null where the gateway has no TLS of its own. */
  https: Endpoint | null
  /** The process that carries the traffic; null for `direct`. */
  pid: number | null
  /** A second process beside the traffic, such as aicc's control process. */
  controlPid: number | null
}

export interface Arm extends Gateway {
  name: ArmName
  /** Name and version for the report. */
  label: string
}

/** An arm that was asked for and cannot run here, and why. */
export class ArmUnavailable extends Error {
  override name = 'ArmUnavailable'
}
