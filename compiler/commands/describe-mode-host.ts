/** What is worth saying of the host that tells a mode. */
import type { ModeHostStatus } from '../../src/control/mode-status.ts'

/** Null where it tells, and all is as it should be. */
export function describeModeHost({ isAsked, askedAt, unknownSince, detail }: ModeHostStatus): string | null {
  if (unknownSince !== null) return `its host has not told since ${unknownSince}: ${detail}`
  if (!isAsked) return 'its host is not asked, as nothing depends on it'
  return askedAt === null ? 'its host has not been asked yet' : null
}
