/** A line of the log, for people. */
import type { EventLine, LogLine, RequestLine } from '../../src/table/log-line.ts'

export function renderLogLine(line: LogLine): string {
  const what = line.kind === 'request' ? request(line) : event(line)
  return `${line.time}  ${line.level.padEnd(5)}  ${what}`
}

function request(line: RequestLine): string {
  const { client, surface, asked, backend, backendModel, status, error, ms, firstTokenMs } = line
  const where = backend === null ? 'nowhere' : `${backend}/${backendModel}`
  const first = firstTokenMs === null ? '' : ` (first ${firstTokenMs})`
  const tokens = `${line.inputTokens}+${line.outputTokens} tokens`
  const end = error === null ? String(status) : `${status} ${error}`
  return [
    `${client} ${surface} ${asked ?? '?'} -> ${where}`,
    `${end}  ${ms} ms${first}  ${tokens}`,
    line.correlationId,
  ].join('  ')
}

function event({ event: name, message, ...fields }: EventLine): string {
  if (message !== undefined) return message.replaceAll('\n', '\n  ')
  const { correlationId, client, keyId, address, backend, model, cause } = fields
  const known = Object.entries({ client, keyId, address, backend, model, cause, correlationId })
  return [name, ...known.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]))].join(
    ' ',
  )
}
