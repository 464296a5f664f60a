/** `aicc keys`: makes client keys and lists them. A key is shown once, when it is made, and stored nowhere. */
import { join } from 'node:path'
import { Command } from 'commander'
import { createAccessKey, hashKey } from '../../src/control/create-access-key.ts'
import { readIfThere, statePaths } from '../../src/control/state-folder.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import { addClientKey, type NewKey } from './add-client-key.ts'
import { clientKeyYaml } from './client-key-yaml.ts'
import { compilePolicies } from './compile-policies.ts'
import { readEnvironment } from './environment.ts'
import { renderTable } from './render-table.ts'
import { jsonOption, policiesOption, stateOption } from './shared-options.ts'

export function keysCommand(): Command {
  return new Command('keys')
    .description('make and list client keys')
    .addCommand(newKeyCommand())
    .addCommand(listKeysCommand())
}

interface NewFlags {
  policies: string
  write?: boolean
  models?: NewKey['models']
}

function newKeyCommand(): Command {
  return new Command('new')
    .description('make a key for a client; it is printed once, clients.yaml gets its SHA-256')
    .argument('<client>', 'name of the client')
    .addOption(policiesOption())
    .option('--write', 'add the key to clients.yaml')
    .option(
      '--models <names>',
      "for a client that is new: the names it may ask for, with commas, or '*'",
      toModels,
    )
    .addHelpText(
      'after',
      `
Examples:
  $ aicc keys new laptop                          print a key and the line for clients.yaml
  $ aicc keys new laptop --models auto,fast       print a key and the whole client
  $ aicc keys new laptop --write --models auto    add the client too; then \`aicc reload\``,
    )
    .action(async (client: string, { policies, write, models = null }: NewFlags) => {
      const key = createAccessKey()
      const sha256 = hashKey(key)
      const added = { client, sha256, models }
      if (write) await addClientKey(policies, added)
      // The key alone goes to stdout, for pipes into a secret store.
      console.log(key)
      console.error(`This key is shown this once; give it to ${client} and keep no copy.`)
      if (write)
        console.error(`Added to ${join(policies, 'clients.yaml')}; \`aicc reload\` brings it into force.`)
      else console.error(clientKeyYaml(added))
    })
}

function toModels(text: string): NewKey['models'] {
  return text === '*' ? '*' : text.split(',').map((name) => name.trim())
}

/** One key of one client. */
interface KeyRow {
  client: string
  /** First eight digits of its SHA-256; null while its variable is unset. */
  id: string | null
  source: string
  deprecated: string | null
  expires: string | null
  status: 'set' | 'unset' | 'deprecated' | 'expired'
}

function listKeysCommand(): Command {
  return new Command('list')
    .description('list the keys of all clients, by their public ids')
    .addOption(policiesOption())
    .addOption(stateOption())
    .addOption(jsonOption())
    .action(async ({ policies, state, json }: { policies: string; state: string; json?: boolean }) => {
      const table = await compilePolicies(policies)
      const generated = (await readIfThere(statePaths(state).clientKey))?.trim()
      const environment = await readEnvironment()
      const aiccClientKey = environment['AICC_CLIENT_KEY'] || generated
      const rows = keyRows(table, { ...environment, AICC_CLIENT_KEY: aiccClientKey })
      if (json) {
        console.log(JSON.stringify(rows, null, 2))
        return
      }
      const cells = rows.map((row) => [
        row.client,
        row.id ?? '-',
        row.source,
        row.deprecated ?? '-',
        row.expires ?? '-',
        row.status,
      ])
      console.log(renderTable(['client', 'key id', 'source', 'deprecated', 'expires', 'status'], cells))
    })
}

function keyRows(table: RouteTable, environment: Record<string, string | undefined>): KeyRow[] {
  return Object.entries(table.clients).flatMap(([client, { keys }]) =>
    keys.map((key) => {
      const secret = 'env' in key ? environment[key.env] : undefined
      const sha256 = 'env' in key ? secret && hashKey(secret) : key.sha256
      return {
        client,
        id: sha256 ? sha256.slice(0, 8) : null,
        source: 'env' in key ? `env ${key.env}` : 'sha256',
        deprecated: date(key.deprecatedAt),
        expires: date(key.expiresAt),
        status: statusOf(key, Boolean(sha256)),
      }
    }),
  )
}

function statusOf(
  { deprecatedAt, expiresAt }: { deprecatedAt: number | null; expiresAt: number | null },
  isSet: boolean,
): KeyRow['status'] {
  const now = Date.now()
  if (!isSet) return 'unset'
  if (expiresAt !== null && expiresAt <= now) return 'expired'
  return deprecatedAt !== null && deprecatedAt <= now ? 'deprecated' : 'set'
}

function date(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString().replace('T00:00:00.000Z', '')
}
