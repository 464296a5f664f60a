/** Credentials by where they stand: in the header that carries them, or behind the flag of a command. */
import type { KeyFormat } from './key-format.ts'

export const HEADER_FORMATS: readonly KeyFormat[] = [
  {
    kind: 'password',
    literals: ['-u', '--user'],
    pattern: String.raw`(?<head>--?u(?:ser)?[ =]?["']?[^\s:"'$]{0,32}:["']?)(?<value>[^\s"'$<{[]{3,64})`,
    check: 'pair',
  },
  {
    kind: 'bearer-token',
    literals: ['authorization'],
    pattern: String.raw`(?<head>authorization["'\s]{0,3}[:=]["'\s]{0,4}(?:(?:basic|bearer|token|apikey)\s{1,2})?)(?<value>[\w.~+/=:-]{8,1000})`,
    flags: 'i',
    check: 'digits',
  },
  {
    kind: 'bearer-token',
    literals: ['bearer '],
    pattern: String.raw`(?<head>bearer )(?<value>[\w.~+/-]{20,1000}=*)`,
    flags: 'i',
    check: 'digits',
  },
]
