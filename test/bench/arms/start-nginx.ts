/**
 * nginx as a plain reverse proxy: what a proxy costs that reads nothing and decides nothing.
 */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ArmUnavailable, type Arm } from '../arm.ts'
import { isListening } from '../children.ts'
import { freePort } from '../free-port.ts'
import type { Setting } from '../setting.ts'

const run = promisify(execFile)

/** Debian keeps it where only root's PATH leads. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`

export async function startNginx({ children, mock, folder }: Setting): Promise<Arm> {
  const version = await nginxVersion()
  const cwd = join(folder, 'nginx')
  await mkdir(join(cwd, 'tmp'), { recursive: true })
  const ports = { http: await freePort(), https: await freePort() }
  await writeFile(join(cwd, 'cert.pem'), mock.cert)
  await writeFile(join(cwd, 'key.pem'), mock.key, { mode: 0o600 })
  await writeFile(join(cwd, 'nginx.conf'), configuration(ports, mock.http))
  const child = children.start('nginx', ['nginx', '-p', cwd, '-c', 'nginx.conf', '-e', 'stderr'], {
    cwd,
    env: { ...process.env, PATH },
  })
  await children.waitFor(child, 10_000, () => isListening(ports.https))
  const endpoint = (scheme: 'http' | 'https'): string =>
    `${scheme}://127.0.0.1:${ports[scheme]}/v1/chat/completions`
  return {
    name: 'nginx',
    label: version,
    http: { url: endpoint('http'), headers: {}, ca: '' },
    https: { url: endpoint('https'), headers: {}, ca: mock.cert },
    pid: child.pid ?? null,
    controlPid: null,
  }
}

async function nginxVersion(): Promise<string> {
  try {
    const { stderr } = await run('nginx', ['-v'], { env: { ...process.env, PATH } })
    return stderr.trim().replace('nginx version: ', '')
  } catch {
    throw new ArmUnavailable('nginx is not installed (Debian: apt-get install nginx-light)')
  }
}

/** One process, keep-alive on both sides, nothing buffered or written down. */
function configuration(ports: { http: number; https: number }, upstream: number): string {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `daemon off;
master_process off;
pid nginx.pid;
error_log stderr error;
events { worker_connections 8192; }
http {
  access_log off;
  ${paths.map((name) => `${name}_temp_path tmp/${name};`).join('\n  ')}
  keepalive_requests 10000000;
  client_max_body_size 10m;
  client_body_buffer_size 1m;
  upstream mock { server 127.0.0.1:${upstream}; keepalive 1024; keepalive_requests 10000000; }
  server {
    listen 127.0.0.1:${ports.http} backlog=1024;
    listen 127.0.0.1:${ports.https} ssl backlog=1024;
    ssl_certificate cert.pem;
    ssl_certificate_key key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    location / {
      proxy_pass http://mock;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }
}
`
}
