/** What can put labels on a request before rules run: the privacy guard, and the entries of clients. */
import type { FlowInput } from './flow-input.ts'
import { and, or, type Formula } from './formula.ts'
import type { Space } from './space.ts'

/** A cause as the facts of a request name it, and when it is there. */
export interface Cause {
  cause: string
  holds: Formula
}

/**
 * By label. Content is free: whatever a guard may find, some request holds. What a detector failed on counts as found;
 * what could not be scanned, and images, get the guard's own label and those of patterns with a stricter one.
 */
export function labelCauses(
  { classify, clients, labels: bounds }: FlowInput,
  space: Space,
): Map<string, Cause[]> {
  const causes = new Map<string, Cause[]>()
  const add = (label: string, cause: Cause): void => {
    causes.set(label, [...(causes.get(label) ?? []), cause])
  }

  const guard = classify.privacy
  if (guard !== null) {
    const isSeen = space.surface(guard.surfaces)
    const found = (label: string, cause: string): void =>
      add(label, { cause, holds: and(isSeen, space.cause(label, cause)) })
    for (const detector of guard.detectors) found(guard.label, detector)
    for (const { id, label } of guard.patterns) found(label, id)
    const reachOf = (label: string): number => bounds[label]?.mayReach ?? 0
    for (const label of new Set([guard.label, ...guard.patterns.map((pattern) => pattern.label)])) {
      found(label, 'failed')
      if (label !== guard.label && reachOf(label) <= reachOf(guard.label)) continue
      found(label, 'unscanned')
      if (classify.images === 'label') {
        add(label, { cause: 'images', holds: and(isSeen, space.flag('images', true)) })
      }
    }
  }

  for (const label of new Set(Object.values(clients).flatMap(({ labels }) => labels))) {
    add(label, {
      cause: 'client',
      holds: space.client((name) => clients[name]?.labels.includes(label) === true),
    })
  }
  return causes
}

/** When a request carries a label before rules run. */
export function startingLabel(causes: ReadonlyMap<string, readonly Cause[]>, label: string): Formula {
  return or(...(causes.get(label) ?? []).map(({ holds }) => holds))
}
