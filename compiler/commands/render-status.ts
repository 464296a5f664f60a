/** What `aicc status` prints. */
import type { GatewayStatus } from '../../src/control/gateway-status.ts'
import { formatListener } from '../../src/control/listen-address.ts'
import type { OnDisk } from './on-disk.ts'
import { countOf } from './count-of.ts'
import { describeModeHost } from './describe-mode-host.ts'
import type { Listener } from '../../src/control/run-file.ts'

function renderTrouble({ restarts, hangs }: GatewayStatus['edge']): string {
  return `died ${countOf(restarts, 'time')}${hangs === 0 ? '' : `, hung ${countOf(hangs, 'time')}`}`
}

function renderBackend(
  { name, kind, origin, models, health }: GatewayStatus['backends'][number],
  held: readonly string[],
): string {
  const place = `  ${name}  ${kind}  ${origin ?? 'built in'}  ${models.join(', ')}`
  if (health === null || health.state === 'unknown') return place
  const detail = health.detail === null ? '' : `: ${health.detail}`
  if (health.state !== 'up') return `${place}  ${health.state} since ${health.since}${detail}`
  // Requests notice first: the next probe will say the same, or that it is back.
  const doubt = held.some((target) => target.split('/', 1)[0] === name) ? ', but requests to it fail' : ''
  return `${place}  up since ${health.since}, ${health.latencyMs} ms${detail}${doubt}`
}

function renderMode({ name, on, since, host }: GatewayStatus['modes'][number]): string {
  const doubt = host === null ? null : describeModeHost(host)
  return `  ${name}  ${on ? `on since ${since}` : 'off'}${doubt === null ? '' : `, ${doubt}`}`
}

function renderRecords({ problem, dropped }: GatewayStatus['records']): string {
  const lost = dropped === 0 ? 'none lost' : `${dropped} LOST because nobody took them in time`
  return problem === null ? `kept, ${lost}` : `NOT KEPT, the edge holds them back: ${problem}; ${lost}`
}

function renderTraces(traces: NonNullable<GatewayStatus['traces']>[number]): string {
  const { shipped, waiting, oldestAt, dropped, dead, lastDeath, duplicatesPossible, problem } = traces
  const since = oldestAt === null ? '' : `, the oldest of ${new Date(oldestAt).toISOString()}`
  return [
    problem === null ? `${shipped} shipped` : `NOT TAKEN, they wait: ${problem}; ${shipped} shipped`,
    `${waiting} waiting${since}`,
    ...(duplicatesPossible === 0 ? [] : [`${duplicatesPossible} perhaps twice`]),
    ...(dropped === 0 ? [] : [`${dropped} LOST because too many waited`]),
    ...(traces.spansRefused === 0 ? [] : [`${traces.spansRefused} SPANS REFUSED`]),
    ...(traces.textsWithheld === 0 ? [] : [`${traces.textsWithheld} without text that was for another sink`]),
    ...(dead === 0 ? [] : [`${dead} GIVEN UP: ${lastDeath ?? ''}`]),
  ].join('; ')
}

/** Those that fire. */
function renderAlert({
  name,
  state,
  since,
  text,
}: NonNullable<GatewayStatus['alerts']>['alerts'][number]): string[] {
  return state === 'firing' ? [`ALERT        ${name} since ${since}: ${text}`] : []
}

function indented(line: string | null): string[] {
  return line === null ? [] : [`             ${line}`]
}

/** What the files say by now, where that is not what is served. */
const ON_DISK: Readonly<Record<OnDisk, string | null>> = {
  'in-force': null,
  changed: 'the files say something else by now: `aicc reload` takes that on',
  refused: 'NOT WHAT IS WRITTEN: the files do not compile; `aicc compile` says why',
  unknown: null,
}

export function renderStatus(status: GatewayStatus, onDisk: OnDisk): string {
  const { edge, listeners, certificate, modes, backends, held, slots, clients } = status
  const at = (scheme: string, listener: Listener | null): string =>
    listener === null ? 'off' : `${scheme}://${formatListener(listener)}`
  return [
    `aicc ${status.version}, pid ${status.pid}, since ${status.startedAt}`,
    `policy       ${status.digest.slice(0, 12)} of ${status.policies}`,
    ...(status.restoredFrom === null
      ? indented(ON_DISK[onDisk])
      : [
          `             NOT WHAT IS WRITTEN: it is the last accepted one, of ${status.restoredFrom}; \`aicc compile\` says why`,
        ]),
    `edge         ${status.runtime}, ${edge.state}, pid ${edge.pid ?? '-'}, up ${edge.uptimeSeconds ?? 0} s, ${renderTrouble(edge)}`,
    `https        ${at('https', listeners.https)}`,
    `http         ${at('http', listeners.http)}`,
    `admin        ${at('http', listeners.admin)}`,
    `certificate  until ${certificate.notAfter.slice(0, 10)}, for ${certificate.names.join(', ')}`,
    ...(status.shadow === null
      ? []
      : [`shadow       ${status.shadow.slice(0, 12)} decides beside it, \`aicc shadow --stop\` ends that`]),
    `records      ${renderRecords(status.records)}`,
    ...(status.traces ?? []).map((traces) => `traces       ${traces.sink}: ${renderTraces(traces)}`),
    ...(status.alerts?.alerts ?? []).flatMap(renderAlert),
    ...(modes.length === 0 ? [] : ['modes']),
    ...modes.map(renderMode),
    'backends',
    ...backends.map((backend) => renderBackend(backend, held)),
    ...(held.length === 0
      ? []
      : [
          `asked last   ${held.join(', ')}: requests to ${held.length === 1 ? 'it' : 'them'} fail, or a probe does`,
        ]),
    ...Object.entries(slots).map(
      ([name, { count, busy, waiting }]) =>
        `places       ${name} ${busy} of ${count} taken, ${waiting} waiting`,
    ),
    'clients',
    ...clients.map(({ name, keys }) => `  ${name}  keys ${keys.map(({ id }) => id).join(', ')}`),
  ].join('\n')
}
