/**
 * Entries that are listed twice in a list where the second has no effect.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolveContext } from '../resolve/resolve-context.ts'
import type { Check } from './check-context.ts'

interface Entry {
  text: string
  at: Place
}

export const duplicateEntries: Check = {
  name: 'duplicate-entries',
  run({ models, clients, cors, listen }, context) {
    for (const served of models.values()) {
      if (served.kind !== 'served') continue
      const entries = served.targets.map(({ backend, model, at }) => ({ text: `${backend}/${model}`, at }))
      reportRepeated(entries, 'target', context)
    }
    for (const client of clients.values()) {
      const entries = (client.models ?? []).map(({ name, at }) => ({ text: name, at }))
      reportRepeated(entries, 'model', context)
    }
    reportRepeated(
      cors.origins.map(({ value, at }) => ({ text: value, at })),
      'origin',
      context,
    )
    const names = listen.names.flatMap(({ value, at }) => (at ? [{ text: value, at }] : []))
    reportRepeated(names, 'name', context)
  },
}

function reportRepeated(entries: readonly Entry[], what: string, { report, locate }: ResolveContext): void {
  const seen = new Map<string, Entry>()
  for (const entry of entries) {
    const first = seen.get(entry.text)
    if (!first) {
      seen.set(entry.text, entry)
      continue
    }
    report('check/duplicate-entry', `the ${what} ${quote(entry.text)} is listed twice`, {
      at: entry.at,
      label: 'has no effect',
      secondary: [{ span: locate(first.at), text: 'first listed here' }],
      help: 'remove one of them',
    })
  }
}
