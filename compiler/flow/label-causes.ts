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
 * By label. Content is free: whatever a guard may find, some request holds. Beside its own findings the guard counts as
 * labelled what it could not scan, and images, and what a detector failed on.
 */
export function labelCauses({ classify, clients }: FlowInput, space: Space): Map<string, Cause[]> {
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
    found(guard.label, 'unscanned')
    const labels = new Set([guard.label])
    for (const { id, label } of guard.patterns) {
      found(label, id)
      labels.add(label)
    }
    for (const label of labels) found(label, 'failed')
    if (classify.images === 'label') {
      add(guard.label, { cause: 'images', holds: and(isSeen, space.flag('images', true)) })
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
