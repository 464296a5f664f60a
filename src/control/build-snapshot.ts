/**
 * Route table + environment → snapshot: secrets are looked up, client keys become hashes.
 * No Node in here: Cloudflare's wiring builds its snapshot with the same code. It stands here and not in
 * src/table because it hashes, and src/table imports nothing.
 */
import { sha256 as hash } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { ClientKey } from '../table/front-policy.ts'
import type { RouteTable } from '../table/route-table.ts'
import type { SecretRef } from '../table/secret-ref.ts'
import { webhookProblem } from './alerts/webhook-problem.ts'
import { keyMark } from './shipping/key-mark.ts'
import type { HashedKey, Snapshot } from '../table/snapshot.ts'
import type { TracePolicy } from '../table/trace-policy.ts'

/** Shorter client keys can be guessed. */
const SHORTEST_KEY = 20
/** Whoever has seen one signed request can try secrets at leisure. */
const SHORTEST_SECRET = 32

/** The login of a person with a Claude subscription. */
const SUBSCRIPTION = /^sk-ant-o(?:at|rt)/

export type Environment = Readonly<Record<string, string | undefined>>

export type SnapshotResult = { ok: true; snapshot: Snapshot } | { ok: false; problems: string[] }

/** What the snapshot takes over as it is. */
export type SnapshotWorld = Readonly<Pick<Snapshot, 'hosts' | 'modesOn'>>

/** @returns all problems at once, none of which shows a secret */
export function buildSnapshot(
  table: RouteTable,
  environment: Environment,
  { hosts, modesOn }: SnapshotWorld,
): SnapshotResult {
  const problems: string[] = []
  const backendKeys: Record<string, string> = {}
  for (const [name, { key }] of Object.entries(table.backends)) {
    if (key === null) continue
    const secret = lookUp(environment, key.env, `the key of backend \`${name}\``, problems)
    if (secret === null) continue
    backendKeys[name] = secret
    if (SUBSCRIPTION.test(secret)) problems.push(subscriptionKey(key.env, name))
  }
  for (const [name, { host }] of Object.entries(table.modes)) {
    if (host?.key) lookUp(environment, host.key.env, `the key of mode \`${name}\``, problems)
  }
  for (const { env } of table.hooks?.mattermost.tokens ?? []) {
    lookUp(environment, env, 'a token of Mattermost', problems)
  }
  for (const sink of table.trace ?? []) {
    for (const [what, { env }] of secretsOf(sink)) lookUp(environment, env, what, problems)
  }
  for (const [name, { webhook }] of Object.entries(table.alerts?.receivers ?? {})) {
    lookUpWebhook(environment, webhook.env, `the webhook of receiver \`${name}\``, problems)
  }
  if (table.state !== null) lookUpRedis(environment, table.state.url.env, problems)
  const keys = Object.entries(table.clients).flatMap(([client, { keys: list }]) =>
    list.flatMap((key) => hashedKey(client, key, environment, problems) ?? []),
  )
  problems.push(...sharedKeys(keys))
  const signingSecrets: Record<string, string> = {}
  for (const [client, { signing }] of Object.entries(table.clients)) {
    if (signing === null) continue
    const { env } = signing.secret
    const secret = lookUp(environment, env, `the signing secret of client \`${client}\``, problems)
    if (secret === null) continue
    signingSecrets[client] = secret
    if (secret.length < SHORTEST_SECRET) {
      problems.push(
        `${env} (the signing secret of client \`${client}\`) has ${secret.length} characters: ` +
          `fewer than ${SHORTEST_SECRET} can be guessed; make one with \`openssl rand -hex 32\``,
      )
    }
  }
  if (problems.length > 0) return { ok: false, problems }
  const secrets = { keys, backendKeys, signingSecrets }
  const marked = withKeyMarks(table, environment)
  return { ok: true, snapshot: { table: marked, ...secrets, hosts: [...hosts], modesOn: [...modesOn] } }
}

/** Text that waits for a sink is meant for its keys, not for the variables in which they stand. */
function withKeyMarks(table: RouteTable, environment: Environment): RouteTable {
  if (table.trace === undefined) return table
  const trace = table.trace.map((sink) => ({ ...sink, keyMark: keyMark(sink, environment) }))
  return { ...table, trace }
}

/** What each is, and where it stands. */
function secretsOf(sink: TracePolicy): [string, SecretRef][] {
  if (sink.kind === 'langfuse') {
    return [
      ['the public key of `trace`', sink.publicKey],
      ['the secret key of `trace`', sink.secretKey],
    ]
  }
  return Object.entries(sink.headers).map(([name, secret]) => [`the header \`${name}\` of \`trace\``, secret])
}

function hashedKey(
  client: string,
  key: ClientKey,
  environment: Environment,
  problems: string[],
): HashedKey | null {
  const { deprecatedAt, expiresAt } = key
  if ('sha256' in key) return { client, sha256: key.sha256, deprecatedAt, expiresAt }
  const secret = lookUp(environment, key.env, `a key of client \`${client}\``, problems)
  if (secret === null) return null
  if (secret.length < SHORTEST_KEY) {
    problems.push(
      `${key.env} (a key of client \`${client}\`) has ${secret.length} characters: ` +
        `fewer than ${SHORTEST_KEY} can be guessed; make one with \`aicc keys new ${client}\``,
    )
  }
  return { client, sha256: bytesToHex(hash(utf8ToBytes(secret))), deprecatedAt, expiresAt }
}

function subscriptionKey(env: string, backend: string): string {
  return (
    `${env} (the key of backend \`${backend}\`) is the login of a Claude subscription, which Anthropic's terms allow in ` +
    "Anthropic's own programs only; make an API key in its console"
  )
}

function lookUp(environment: Environment, name: string, use: string, problems: string[]): string | null {
  const secret = environment[name]
  if (secret === undefined || secret === '') {
    problems.push(`environment variable ${name} (${use}) is not set`)
    return null
  }
  if (!/^[\x21-\x7e]+$/.test(secret)) {
    problems.push(`${name} (${use}) holds spaces, line ends or other characters that no key has`)
    return null
  }
  return secret
}

/** What is no such URL a client of Redis takes for a host or a file. The value may hold a password: it is not shown. */
function lookUpRedis(environment: Environment, name: string, problems: string[]): void {
  const url = lookUp(environment, name, 'the URL of Redis', problems)
  if (url !== null && !/^rediss?:\/\//.test(url)) {
    problems.push(`${name} (the URL of Redis) does not begin with redis:// or rediss://`)
  }
}

function lookUpWebhook(environment: Environment, name: string, use: string, problems: string[]): void {
  const url = lookUp(environment, name, use, problems)
  const problem = url && webhookProblem(url)
  if (problem) problems.push(`${name} (${use}) ${problem}`)
}

/** With one key for two clients nobody could tell who called. */
function sharedKeys(keys: readonly HashedKey[]): string[] {
  const owners = new Map<string, string>()
  return keys.flatMap(({ client, sha256 }) => {
    const owner = owners.get(sha256) ?? client
    owners.set(sha256, owner)
    if (owner === client) return []
    return [
      `clients \`${owner}\` and \`${client}\` have the same key (${sha256.slice(0, 8)}…); each needs its own`,
    ]
  })
}
