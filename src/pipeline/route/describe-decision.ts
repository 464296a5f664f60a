/**
 * A decision in one line: what it comes to, apart from the rule's name. Made of the policy's words alone.
 */
import type { Decision, Refusal } from '../../table/decision.ts'
import { onCauses } from '../../table/failure-causes.ts'

/** Two decisions with the same words do the same to a request. */
export function describeDecision(decision: Decision): string {
  if (decision.kind === 'refuse') return `refused: ${describeRefusal(decision)}`
  const { pool, fallback, balance, model, reroutedBy, edits, redact, labels, forced } = decision
  const shared = pool.map(({ target, weight }) =>
    weight === 1 ? nameOf(target) : `${nameOf(target)} (${weight})`,
  )
  const notes = [
    ...(pool.length > 1 ? [balance] : []),
    ...(reroutedBy === null ? [] : [`rerouted by label ${reroutedBy}`]),
    ...(forced ? ['forced'] : []),
    ...(Object.keys(edits.set).length === 0 ? [] : [`set ${JSON.stringify(edits.set)}`]),
    ...(Object.keys(edits.clamp).length === 0 ? [] : [`clamp ${JSON.stringify(edits.clamp)}`]),
    ...(redact.length === 0 ? [] : [`redact ${redact.join(' ')}`]),
    ...(labels.length === 0 ? [] : [`labels ${labels.toSorted().join(' ')}`]),
  ]
  const way = [shared.join(' + '), ...fallback.map(({ target, on }) => nameOf(target) + onCauses(on))]
    .filter((part) => part !== '')
    .join(', then ')
  return [`${model}: ${way}`, ...notes].join('; ')
}

function describeRefusal(refusal: Refusal): string {
  const { reason } = refusal
  if (reason === 'blocked') return `blocked with ${refusal.status} ${JSON.stringify(refusal.message)}`
  if (reason === 'label-denied') return `label ${refusal.label} reaches nothing of ${refusal.model}`
  if (reason === 'mode-denied') return `mode ${refusal.mode} gates ${refusal.model}`
  return reason === 'not-capable' ? `${refusal.model} has no ${refusal.capability}` : reason
}

function nameOf({ backend, model }: { backend: string; model: string }): string {
  return `${backend}/${model}`
}
