/**
 * Tags and labels of a request on its way through a ruleset, as formulas over the request that came in. What
 * `applyModifiers` in `src/table/run-rules.ts` does to one request, this does to all at once.
 */
import type { Rule } from '../../src/table/route-table.ts'
import type { FlowInput } from './flow-input.ts'
import { and, FALSE, not, or, type Formula } from './formula.ts'
import { startingLabel, type Cause } from './label-causes.ts'
import type { Space } from './space.ts'
import type { MarkFormulas } from './to-formula.ts'

export interface Marks extends MarkFormulas {
  /** The marks after a rule. @param matches when it holds */
  after: (rule: Rule, matches: Formula) => Marks
}

interface State {
  /** Where a tag or a label is not named, it is as it was before all rules. */
  tags: ReadonlyMap<string, Formula>
  labels: ReadonlyMap<string, Formula>
  /** Detectors whose finds have been redacted. */
  redacted: ReadonlyMap<string, Formula>
}

/** The marks of requests that have not met a rule yet. */
export function startingMarks(
  { clients }: FlowInput,
  causes: ReadonlyMap<string, readonly Cause[]>,
  space: Space,
): Marks {
  const clientTag = (tag: string): Formula =>
    space.client((name) => clients[name]?.tags.includes(tag) === true)

  const at = ({ tags, labels, redacted }: State): Marks => {
    const tag = (name: string): Formula => tags.get(name) ?? clientTag(name)
    const label = (name: string): Formula => labels.get(name) ?? startingLabel(causes, name)
    const after = (rule: Rule, matches: Formula): Marks => {
      const { addTags, redact } = rule
      if (addTags.length === 0 && redact === null) return marks
      const tagged = new Map(tags)
      for (const name of addTags) tagged.set(name, or(tag(name), matches))
      if (redact === null) return at({ tags: tagged, labels, redacted })

      const done = new Map(redacted)
      for (const detector of redact.detectors) done.set(detector, or(done.get(detector) ?? FALSE, matches))
      if (redact.relabel === null) return at({ tags: tagged, labels, redacted: done })

      // A label goes when all that caused it is redacted; one that only a rule put there has no cause, and stays.
      const gone = new Map<string, Formula>()
      for (const [name, list] of causes) {
        const covered = list.map(({ cause, holds }) => or(not(holds), done.get(cause) ?? FALSE))
        gone.set(name, and(matches, label(name), startingLabel(causes, name), ...covered))
      }
      const relabelled = new Map(labels)
      for (const [name, goes] of gone) relabelled.set(name, and(label(name), not(goes)))
      const { to } = redact.relabel
      if (to !== null) {
        relabelled.set(to, or(relabelled.get(to) ?? label(to), ...gone.values()))
      }
      return at({ tags: tagged, labels: relabelled, redacted: done })
    }
    const marks: Marks = { tag, label, after }
    return marks
  }
  return at({ tags: new Map(), labels: new Map(), redacted: new Map() })
}
