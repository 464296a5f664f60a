/**
 * What `aicc serve` prints when it is ready: where it listens, how to trust it, and a first request to paste.
 */
import { resolve } from 'node:path'
import type { Environment } from '../../src/control/build-snapshot.ts'
import type { GatewayStatus } from '../../src/control/gateway-status.ts'
import { formatListener, isLoopback } from '../../src/control/listen-address.ts'
import type { Listener } from '../../src/control/run-file.ts'
import type { StateFolder } from '../../src/control/state-folder.ts'
import { mayUse } from '../../src/table/names.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import { isFromShell } from './environment.ts'

export interface BannerFacts {
  status: GatewayStatus
  state: StateFolder
  table: RouteTable
  environment: Environment
  tookMs: number
}

export function renderBanner({ status, state, table, environment, tookMs }: BannerFacts): string {
  const { listeners, certificate, digest, restoredFrom, runtime, version } = status
  const { https, http, admin } = listeners
  const ca = quoteForShell(state.caCertificate)
  return [
    `aicc ${version} on ${runtime}, policy ${digest.slice(0, 12)}, ready in ${Math.round(tookMs)} ms`,
    ...(restoredFrom === null
      ? []
      : [`NOT WHAT IS WRITTEN: the last accepted policy serves, of ${restoredFrom}`]),
    '',
    ...(https === null ? [] : httpsAddresses(https, certificate.names).map((url) => `  ${url}`)),
    ...(http === null ? [] : [`  ${httpAddress(http)}`]),
    `  http://${formatListener(admin)}   admin API`,
    '',
    ...(https === null ? [] : [...trust(ca), '']),
    'Try it:',
    ...tryIt({ status, state, table, environment }),
    '',
  ].join('\n')
}

/** `localhost` first; a wildcard address is reached by every name that the certificate has. */
function httpsAddresses({ address, port }: Listener, names: readonly string[]): string[] {
  if (!isWildcard(address)) return [`https://${formatListener({ address: nameFor(address), port })}`]
  const others = names.filter(
    (name) => !['localhost', 'host.docker.internal', '::1'].includes(name) && !isLoopback(name),
  )
  return ['localhost', ...others].map((name) => `https://${formatListener({ address: name, port })}`)
}

function httpAddress(http: Listener): string {
  const note = isLoopback(http.address) ? 'this machine only' : 'unencrypted, open to the network'
  return `http://${formatListener(http)}   ${note}`
}

function trust(ca: string): string[] {
  return [
    'The certificate is signed by a local authority. To trust it once and for all:',
    `  macOS    security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db ${ca}`,
    `  Debian   sudo install -m 644 ${ca} /usr/local/share/ca-certificates/aicc.crt && sudo update-ca-certificates`,
    `  Fedora   sudo trust anchor ${ca}`,
    '  Windows  certutil -user -addstore Root ca.crt',
    `  Python   export SSL_CERT_FILE=${ca}`,
    `  Node     export NODE_EXTRA_CA_CERTS=${ca}`,
  ]
}

function tryIt({ status, state, table, environment }: Omit<BannerFacts, 'tookMs'>): string[] {
  const { https, http } = status.listeners
  const listener = https ?? http
  if (listener === null) return []
  const at = formatListener({
    ...listener,
    address: https ? nameFor(https.address) : plainAddress(listener.address),
  })
  const body = { model: firstModel(table), stream: true, messages: [{ role: 'user', content: 'Hello!' }] }
  return [
    `  curl -N ${https ? `--cacert ${quoteForShell(state.caCertificate)} https` : 'http'}://${at}/v1/chat/completions \\`,
    `    -H "Authorization: Bearer ${keyForShell(table, state, environment)}" \\`,
    `    -H 'Content-Type: application/json' \\`,
    `    -d ${quoteForShell(JSON.stringify(body))}`,
  ]
}

/** A name that the certificate has. */
function nameFor(address: string): string {
  return isLoopback(address) || isWildcard(address) ? 'localhost' : address
}

function plainAddress(address: string): string {
  if (!isWildcard(address)) return address
  return address === '::' ? '::1' : '127.0.0.1'
}

function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}

/** One for chat that the client with the generated key may use; if it can be, one that the built-in toy answers, which is never down. */
function firstModel(table: RouteTable): string {
  const client = localClient(table)
  const names = Object.keys(table.names).filter((name) => client === null || mayUse(table, client, name))
  const chats = names.filter((name) => {
    const model = table.models[table.names[name] ?? '']
    return model?.kind === 'ruled' || model?.surfaces?.includes('chat') !== false
  })
  const isToy = (name: string): boolean => {
    const model = table.models[table.names[name] ?? '']
    const target = model?.kind === 'served' ? model.pool[0]?.target : undefined
    const backend = target === undefined ? undefined : table.targets[target]?.backend
    return backend !== undefined && table.backends[backend]?.kind === 'demo'
  }
  return chats.find(isToy) ?? chats[0] ?? names[0] ?? 'auto'
}

function localClient(table: RouteTable): string | null {
  const uses = Object.entries(table.clients).find(([, { keys }]) =>
    keys.some((key) => 'env' in key && key.env === 'AICC_CLIENT_KEY'),
  )
  return uses?.[0] ?? null
}

function keyForShell(table: RouteTable, state: StateFolder, environment: Environment): string {
  if (localClient(table) === null) return '$YOUR_KEY'
  if (!environment['AICC_CLIENT_KEY']) return `$(cat ${quoteForShell(state.clientKey)})`
  if (isFromShell('AICC_CLIENT_KEY')) return '$AICC_CLIENT_KEY'
  return `$(. ${quoteForShell(resolve('.env'))}; echo "$AICC_CLIENT_KEY")`
}

function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
