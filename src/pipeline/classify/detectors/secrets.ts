/**
 * Credentials by their shape: prefixes that providers give their keys, private key blocks, signed tokens, passwords in
 * URLs and in assignments. Every pattern begins at a boundary and with a literal or behind a prefilter, so that the
 * time is linear.
 */
import type { PrivacyGuard } from '../../../table/route-table.ts'
import { type Find, findAll } from './detector.ts'
import { findRandomWords } from './entropy.ts'

interface Shape {
  kind: string
  /** One of these stands in every text that the pattern finds something in. */
  literals: readonly string[]
  pattern: RegExp
}

const SHAPES: readonly Shape[] = [
  { kind: 'api-key', literals: ['sk-'], pattern: /(?<![\w-])sk-[\w-]{16,}/g },
  { kind: 'stripe-key', literals: ['k_live_', 'k_test_'], pattern: /(?<!\w)[srp]k_(?:live|test)_\w{10,}/g },
  {
    kind: 'github-token',
    literals: ['gh', 'github_pat_'],
    pattern: /(?<!\w)(?:gh[pousr]_|github_pat_)\w{20,}/g,
  },
  { kind: 'gitlab-token', literals: ['glpat-'], pattern: /(?<![\w-])glpat-[\w-]{16,}/g },
  {
    kind: 'aws-key',
    literals: ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
    pattern: /(?<!\w)(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?!\w)/g,
  },
  { kind: 'google-key', literals: ['AIza'], pattern: /(?<![\w-])AIza[\w-]{35}/g },
  { kind: 'google-key', literals: ['ya29.'], pattern: /(?<!\w)ya29\.[\w-]{20,}/g },
  { kind: 'slack-token', literals: ['xox'], pattern: /(?<!\w)xox[abeoprs]-[\w-]{10,}/g },
  {
    kind: 'slack-token',
    literals: ['hooks.slack.com'],
    pattern: /hooks\.slack\.com\/(?:services|workflows|triggers)\/[\w/-]{20,}/g,
  },
  {
    kind: 'api-key',
    literals: ['gsk_', 'xai-', 'nvapi-', 'pplx-', 'r8_'],
    pattern: /(?<![\w-])(?:gsk_|xai-|nvapi-|pplx-|r8_)[\w-]{20,}/g,
  },
  { kind: 'huggingface-token', literals: ['hf_'], pattern: /(?<!\w)hf_[A-Za-z0-9]{20,}/g },
  { kind: 'npm-token', literals: ['npm_'], pattern: /(?<!\w)npm_[A-Za-z0-9]{30,}/g },
  { kind: 'pypi-token', literals: ['pypi-'], pattern: /(?<![\w-])pypi-[\w-]{50,}/g },
  { kind: 'sendgrid-key', literals: ['SG.'], pattern: /(?<!\w)SG\.[\w-]{16,}\.[\w-]{16,}/g },
  { kind: 'shop-token', literals: ['shp'], pattern: /(?<!\w)shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}/g },
  { kind: 'digitalocean-token', literals: ['do'], pattern: /(?<!\w)do[opr]_v1_[a-f0-9]{64}/g },
  { kind: 'atlassian-token', literals: ['ATATT3'], pattern: /(?<!\w)ATATT3[\w=-]{100,}/g },
  { kind: 'vault-token', literals: ['hvs.', 'hvb.'], pattern: /(?<!\w)hv[sb]\.[\w-]{20,}/g },
  { kind: 'age-key', literals: ['AGE-SECRET-KEY-1'], pattern: /AGE-SECRET-KEY-1[A-Z0-9]{50,}/g },
  { kind: 'jwt', literals: ['eyJ'], pattern: /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]+)?/g },
  {
    kind: 'url-password',
    literals: ['://'],
    pattern: /:\/\/[^\s/:@'"<>]{0,100}:(?<value>[^\s/@'"<>]{3,200})@[\w.[-]/dg,
  },
  {
    kind: 'password',
    literals: [';'],
    pattern: /;\s{0,3}(?:password|pwd)\s{0,3}=\s{0,3}(?<value>[^;\s"']{3,200})/dgi,
  },
  { kind: 'bearer-token', literals: ['earer '], pattern: /\b[Bb]earer (?<value>[\w.~+/-]{20,500}=*)/dg },
]

/** A secret by the name of what it is assigned to. What is assigned is judged by `looksAssigned`. */
const ASSIGNED =
  /(?:passw(?:or)?d|passphrase|passwort|pwd|secret|credential|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key|token)["'`]?\s{0,3}(?:=>|:=|[:=])\s{0,3}["'`]?(?<value>[^\s"'`,;<>(){}]{6,200})/dgi
const ASSIGNED_LITERALS = ['pass', 'pwd', 'secret', 'credential', 'key', 'token']

/** One find where several detectors see the same: the longest. */
export function findSecrets(text: string, entropy: PrivacyGuard['entropy']): Find[] {
  const finds = findPrivateKeys(text)
  for (const { kind, literals, pattern } of SHAPES) {
    if (literals.some((literal) => text.includes(literal))) finds.push(...findAll(text, pattern, kind))
  }
  const lower = text.toLowerCase()
  if (ASSIGNED_LITERALS.some((literal) => lower.includes(literal))) {
    const assigned = findAll(text, ASSIGNED, 'password')
    finds.push(...assigned.filter(({ start, end }) => looksAssigned(text.slice(start, end))))
  }
  finds.push(...findRandomWords(text, entropy))
  let end = 0
  return finds
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .filter((find) => {
      if (find.end <= end) return false
      end = find.end
      return true
    })
}

/** Neither a name, nor a reference to where the secret lies, nor a stand-in for one. */
function looksAssigned(value: string): boolean {
  if (/^(?:[$%*#[]|process\.|os\.|env\.|your[_-]|example|changeme|x{4}|\.{3})/i.test(value)) return false
  const marks = [/[0-9]/, /[a-z]/, /[A-Z]/, /[^A-Za-z0-9_.[\]\\/:-]/].filter((mark) => mark.test(value))
  return marks.length >= 3 || (marks.length === 2 && /[0-9]/.test(value) && value.length >= 8)
}

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g
const END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g
const LONGEST_KEY_BLOCK = 16 * 1024

/** A block whose end is missing or far away counts up to the bound. Both markers are walked once. */
function findPrivateKeys(text: string): Find[] {
  if (!text.includes('-----BEGIN ')) return []
  const ends = Array.from(text.matchAll(END), (match) => match.index + match[0].length)
  let next = 0
  return Array.from(text.matchAll(BEGIN), ({ index: start }) => {
    while (next < ends.length && (ends[next] ?? 0) <= start) next += 1
    const bound = Math.min(text.length, start + LONGEST_KEY_BLOCK)
    const end = Math.min(ends[next] ?? bound, bound)
    return { start, end, kind: 'private-key' }
  })
}
