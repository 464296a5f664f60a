/** A new key as clients.yaml has it: the whole client where it is new, else the line under its keys. */
import { stringify } from 'yaml'
import type { NewKey } from './add-client-key.ts'

/** @returns lines for people to copy, the first of which says where they belong */
export function clientKeyYaml({ client, sha256, models }: NewKey): string {
  if (models === null) {
    return `In clients.yaml, under \`clients: ${client}: keys:\`\n${indented(stringify([{ sha256 }]), 6)}`
  }
  const text = stringify({ [client]: { keys: [{ sha256 }], models } }, { singleQuote: true })
  return `In clients.yaml, under \`clients:\`\n${indented(text, 2)}`
}

function indented(text: string, by: number): string {
  return text.trimEnd().replaceAll(/^/gm, ' '.repeat(by))
}
