/**
 * Allowances that no find can have: the policy says something, and nothing follows from it.
 */
import type { PrivacyGuard } from '../../src/table/route-table.ts'
import { quote } from '../diagnostics/quote.ts'
import { toRouteTable } from '../emit/to-route-table.ts'
import type { ResolvedAllowance, ResolvedPolicy } from '../resolve/resolved-policy.ts'
import { canBeFound } from '../simulate/can-be-found.ts'
import type { Check } from './check-context.ts'

export const idleAllowances: Check = {
  name: 'idle-allowances',
  onlyIfSound: true,
  run(policy, { report }) {
    const { privacy } = policy.classify
    if (privacy === null || policy.allowances.length === 0) return
    const isIdle = createJudge(policy, privacy)
    for (const allowance of policy.allowances) {
      if (!isIdle(allowance)) continue
      report('check/idle-allowance', `no find can be ${quote(allowance.text)}`, {
        at: allowance.at,
        label: 'no detector of this policy finds it',
        help: 'write it as a request would, let the detector that finds it run, or remove it',
      })
    }
  },
}

function createJudge(
  policy: ResolvedPolicy,
  privacy: PrivacyGuard,
): (allowance: ResolvedAllowance) => boolean {
  const table = toRouteTable(policy)
  const finds = (kind: string): boolean => privacy.detectors.includes('pii') && !privacy.off.includes(kind)
  // From how many finds on a kind counts is beside the point.
  const plain = { ...table, classify: { ...table.classify, privacy: { ...privacy, atLeast: {} } } }
  return ({ what, text }) => {
    if (what === 'domains') return !finds('email')
    return what === 'networks' ? !finds('ip') : !canBeFound(text, plain)
  }
}
