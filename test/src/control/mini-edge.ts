/**
 * A stand-in for the built app, as small as the wire between the processes allows: one bundle per runtime.
 * It answers each request with the digest of its snapshot and its own start, dies on /die, and hangs on /hang.
 */
import { makeTable } from '../make-snapshot.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Snapshot } from '../../../src/table/snapshot.ts'

const WORKERD = `
let snapshot = null
let shadow = null
async function current(env) {
  snapshot ??= await (await env.CONTROL.fetch('http://control/snapshot')).json()
  return snapshot
}
async function slow() {
  const { readable, writable } = new TransformStream()
  const writer = writable.getWriter(), encoder = new TextEncoder()
  ;(async () => {
    for (const word of ['a', 'b', 'c', 'd']) {
      await writer.write(encoder.encode(word))
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
    await writer.close()
  })()
  return new Response(readable)
}
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    if (pathname === '/slow') return slow()
    if (pathname === '/hang') for (;;) {}
    if (pathname === '/out') return fetch('http://127.0.0.1:1/').then(() => new Response('out'), (error) => new Response('denied: ' + error.message))
    if (pathname.startsWith('/backend/')) return env['backend:' + decodeURIComponent(pathname.slice(9))].fetch('http://x/')
    const { table, hosts, modesOn } = await current(env)
    return Response.json({ digest: table.digest, hosts, modesOn })
  },
}
export const control = {
  async fetch(request) {
    const { pathname } = new URL(request.url)
    if (pathname === '/status') return Response.json({ digest: snapshot?.table.digest ?? null })
    if (pathname === '/shadow') {
      if (request.method === 'GET') return Response.json(shadow && { digest: shadow.digest, since: 0, requests: 0, differing: 0, unlisted: 0, kinds: [] })
      shadow = request.method === 'PUT' ? (await request.json()).table : null
      return new Response(null, { status: 204 })
    }
    if (request.method !== 'PUT') return new Response(null, { status: 404 })
    const next = await request.json()
    if (next.table.digest === 'refused') return new Response('no', { status: 400 })
    snapshot = next
    return new Response(null, { status: 204 })
  },
}
`

const NODE = `
import http from 'node:http'
import https from 'node:https'
import fs from 'node:fs'
const config = JSON.parse(fs.readFileSync(process.argv[2] + '/edge-node.json', 'utf8'))
let snapshot = null
const answer = (request, response) => {
  if (request.url === '/die') process.exit(7)
  if (request.url === '/hang') for (;;) {}
  console.log('edge says ' + request.url)
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ digest: snapshot?.table.digest, hosts: snapshot?.hosts, env: Object.keys(process.env) }))
}
if (config.http) http.createServer(answer).listen({ fd: config.http.fd })
if (config.https) https.createServer({ cert: config.https.cert, key: config.https.key }, answer).listen({ fd: config.https.fd })
http.createServer((request, response) => {
  if (request.url === '/status') return response.end('{}')
  if (request.url === '/drain') return response.end()
  let body = ''
  request.on('data', (chunk) => { body += chunk })
  request.on('end', () => { snapshot = JSON.parse(body); response.writeHead(204).end() })
}).listen(config.edgeSocket)
process.on('SIGTERM', () => process.exit(0))
`

export interface MiniEdge {
  dir: string
  workerd: string
  node: string
  remove: () => Promise<void>
}

/** Writes both bundles to a folder of their own, which is short enough for sockets. */
export async function writeMiniEdge(): Promise<MiniEdge> {
  const dir = await mkdtemp(join(tmpdir(), 'aicc-mini-'))
  const files = { workerd: join(dir, 'edge-workerd.js'), node: join(dir, 'edge-node.mjs') }
  await writeFile(files.workerd, WORKERD)
  await writeFile(files.node, NODE)
  return { dir, ...files, remove: () => rm(dir, { recursive: true, force: true }) }
}

export function snapshotOf(digest: string): Snapshot {
  return {
    table: makeTable({ digest, names: {}, models: {}, targets: {}, backends: {}, clients: {} }),
    keys: [],
    backendKeys: {},
    signingSecrets: {},
    hosts: ['localhost'],
    modesOn: [],
  }
}
