import { positionOf, type Sources } from '../diagnostics/span.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'

/** Where something is written, for people and for tools alike. */
export interface LineOfFile {
  file: string
  /** From 1. */
  line: number
}

/** From places of a policy to lines of its files. */
export type LineOf = (place: Place) => LineOfFile

/** @param sources texts of the policy's files */
export function createLineOf({ locate }: Pick<ResolvedPolicy, 'locate'>, sources: Sources): LineOf {
  return (place) => {
    const { file, start } = locate(place, 'key')
    return { file, line: positionOf(sources.get(file) ?? '', start).line }
  }
}

export function showLine({ file, line }: LineOfFile): string {
  return `${file}:${line}`
}
