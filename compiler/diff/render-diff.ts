/**
 * A difference in words and as JSON.
 */
import { visible } from '../diagnostics/quote.ts'
import type { DecisionDiff } from './compare-decisions.ts'
import type { ChangedSetting, StructureChange } from './compare-structure.ts'
import { showRequest } from './show-request.ts'

export interface PolicyDiff {
  /** Digests of the two tables. */
  before: string
  after: string
  structure: StructureChange[]
  decisions: DecisionDiff
}

/** Whether anything differs. */
export function isDifferent({ structure, decisions }: PolicyDiff): boolean {
  return structure.length > 0 || decisions.changes.length > 0
}

/** For people; without a newline at its end. */
export function renderDiff({ structure, decisions }: PolicyDiff): string {
  const changes = decisions.changes.flatMap(({ clients, names, before, after, witness }) => [
    `  ${clients.join(', ')} asking for ${names.join(', ')}   e.g. ${JSON.stringify(showRequest(witness))}`,
    `    - ${before}`,
    `    + ${after}`,
  ])
  return [
    ...renderStructure(structure),
    ...(changes.length === 0 ? [] : ['decisions that change:', ...changes]),
    ...unseen(structure),
    summary(structure, decisions),
  ]
    .map(visible)
    .join('\n')
}

function renderStructure(structure: readonly StructureChange[]): string[] {
  const lines = structure.flatMap(({ address, action, settings }) =>
    action === 'change'
      ? settings.map(({ name, before, after }) => ({
          text: `~ ${address}.${name}`,
          change: `${before ?? '(not there)'} -> ${after ?? '(gone)'}`,
        }))
      : [{ text: `${action === 'add' ? '+' : '-'} ${address}`, change: gist(settings) }],
  )
  const width = Math.max(0, ...lines.map(({ text }) => text.length))
  return lines.map(({ text, change }) => `${text.padEnd(width)}   ${change}`)
}

/** What something is, by the settings that say most: they stand first; and what may be used of it. */
function gist(settings: readonly ChangedSetting[]): string {
  const valueOf = ({ before, after }: ChangedSetting): string => after ?? before ?? ''
  return [
    ...settings.slice(0, 2).map(valueOf),
    ...settings
      .slice(2)
      .filter(({ name }) => USAGE.test(name))
      .map((setting) => `${setting.name} ${valueOf(setting)}`),
  ].join(', ')
}

const USAGE = /^(?:limits|budget)\./

/** Requests are compared by what is found in them; what is found in which text is no part of that. */
function unseen(structure: readonly StructureChange[]): string[] {
  const finds = structure
    .filter(({ action }) => action === 'change')
    .flatMap(({ address, settings }) => settings.map(({ name }) => `${address}.${name}`))
    .filter((setting) => FINDS.test(setting))
  return finds.length === 0 ? [] : [`not compared: which texts are found, by ${finds.join(', ')}`]
}

const FINDS =
  /^classify\.(?:scanBytes|decode|privacy\.(?:entropy|allow|off|atLeast)|injection\.(?:thresholds|off|model))\b/

function summary(structure: readonly StructureChange[], { changes, compared, capped }: DecisionDiff): string {
  const count = (wanted: StructureChange['action']): number =>
    structure.filter(({ action }) => action === wanted).length
  const decisions = `${changes.length} ${changes.length === 1 ? 'decision changes' : 'decisions change'}`
  const bound = capped
    ? `${compared} requests compared, more were left out (--max)`
    : `${compared} requests compared`
  return `${count('add')} to add, ${count('change')} to change, ${count('remove')} to remove; ${decisions}; ${bound}`
}

/** The shape only ever grows. */
export function toJsonDiff({ before, after, structure, decisions }: PolicyDiff): object {
  const { changes, compared, capped } = decisions
  return {
    version: 1,
    before: { digest: before },
    after: { digest: after },
    structure,
    decisions: changes.map((change) => Object.assign({}, change, { witness: showRequest(change.witness) })),
    compared: { requests: compared, capped },
  }
}
