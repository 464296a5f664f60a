/**
 * Where a runtime is laxer than the RFC and we cannot mend it from within: hostile input that is
 * answered with something other than a refusal. Each row says why it is harmless. The suite holds every
 * row to be exact, so one that is no longer needed fails.
 */
import type { Runtime } from './harness/start-gateway.ts'

export interface Leniency {
  id: string
  runtime: Runtime
  /** Statuses of all answers to the case. */
  statuses: readonly number[]
  reason: string
}

export const LENIENCIES: readonly Leniency[] = [
  {
    id: 'CL-TE-BOTH',
    runtime: 'workerd',
    statuses: [200],
    reason:
      'Chunked wins, the length is dropped before the worker could see it, and the connection is closed: nothing is left to desynchronise, and the request to the backend is framed anew.',
  },
  {
    id: 'CHUNK-EXT-CTRL',
    runtime: 'workerd',
    statuses: [200],
    reason:
      'A chunk extension is skipped up to CRLF, whatever is in it; it decides nothing and goes nowhere.',
  },
  {
    id: 'CHUNK-TRAILING-SP',
    runtime: 'workerd',
    statuses: [200],
    reason: 'White space behind a chunk size is skipped; the size itself is read alike by everyone.',
  },
  {
    id: 'LINE-BARE-LF',
    runtime: 'workerd',
    statuses: [200],
    reason: 'RFC 9112 §2.2 lets a recipient take a bare LF for a line end. Nobody reads the head after us.',
  },
  {
    id: 'HEADER-CONTROL',
    runtime: 'workerd',
    statuses: [200],
    reason:
      'A control character in the value of a header that nobody reads; client headers are not forwarded.',
  },
  ...(['METHOD-CONNECT', 'METHOD-CONNECT-PATH'] as const).map((id): Leniency => ({
    id,
    runtime: 'workerd',
    statuses: [500],
    reason:
      'workerd answers CONNECT itself. Without a connect() handler it says 500 and closes; with one it says 200 before the handler runs, so that a tunnel to nowhere would be announced. Nothing of it reaches the app.',
  })),
  ...(['workerd', 'node'] as const).map((runtime): Leniency => ({
    id: 'ABSOLUTE-URI-HOST-MISMATCH',
    runtime,
    statuses: [200],
    reason:
      'The authority of an absolute request target is not looked at, the Host header alone is judged. There is one site, so the name chooses nothing.',
  })),
  ...(['workerd', 'node'] as const).map((runtime): Leniency => ({
    id: 'HEADER-REPEATED',
    runtime,
    statuses: [200],
    reason:
      'Fields of one name reach the edge as one, so `limits.headerCount` counts them once; `limits.headers` bounds their bytes.',
  })),
  {
    id: 'VERSION-2.0',
    runtime: 'node',
    statuses: [200],
    reason:
      "Node's parser reads a request line that ends in HTTP/2.0 as HTTP/1 and closes the connection after it.",
  },
  {
    id: 'LINE-TWO-SPACES',
    runtime: 'node',
    statuses: [200],
    reason: "Node's parser skips further spaces before the request target; the target is the same.",
  },
]
