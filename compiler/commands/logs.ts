/** `aicc logs`: the log of requests and events, as files in the state folder have it. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { readLog } from '../../src/control/read-log.ts'
import { statePaths } from '../../src/control/state-folder.ts'
import { LOG_LEVELS, type LogLevel, type LogLine } from '../../src/table/log-line.ts'
import { renderLogLine } from './render-log-line.ts'
import { jsonOption, stateOption } from './shared-options.ts'

interface LogsFlags {
  state: string
  json?: boolean
  follow?: boolean
  client?: string
  model?: string
  status?: string
  level?: LogLevel
  id?: string
  lines: number
}

export function logsCommand(): Command {
  return new Command('logs')
    .description('show the log: one line for each request and each event')
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .option('-n, --lines <n>', 'so many that are there already', wholeNumber, 50)
    .option('--client <name>', 'of this client only')
    .option('--model <name>', 'that asked for this model, or that it served')
    .option('--status <status>', 'requests answered so: 429, or 4xx for all that begin so', statusPattern)
    .option('--id <id>', 'of the request with this id or correlation id')
    .addOption(new Option('--level <level>', 'of this level or above').choices(LOG_LEVELS))
    .addOption(stateOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
The log is in STATE/logs: aicc.log, and up to 14 files that were put aside after a day or 20 MiB. It needs no
gateway that runs, and holds no text of requests, no header and no key. --json prints the lines as they are.
Exit code: 0 shown.

Examples:
  $ aicc logs -f --client laptop
  $ aicc logs --level error -n 200
  $ aicc logs --status 4xx --json | jq .error`,
    )
    .action(async ({ state, json, follow, lines, ...filter }: LogsFlags) => {
      const ended = new AbortController()
      if (follow) process.once('SIGINT', () => ended.abort())
      const log = readLog({
        folder: statePaths(state).logs,
        wanted: (line) => isWanted(line, filter),
        last: lines,
        ...(follow && { follow: ended.signal }),
      })
      for await (const line of log) console.log(json ? JSON.stringify(line) : renderLogLine(line))
    })
}

type Filter = Pick<LogsFlags, 'client' | 'model' | 'status' | 'level' | 'id'>

export function isWanted(line: LogLine, { client, model, status, level, id }: Filter): boolean {
  if (level !== undefined && LOG_LEVELS.indexOf(line.level) < LOG_LEVELS.indexOf(level)) return false
  if (client !== undefined && line.client !== client) return false
  const models = [line.model, line.kind === 'request' ? line.asked : null]
  if (model !== undefined && !models.includes(model)) return false
  if (id !== undefined && line.correlationId !== id && !(line.kind === 'request' && line.id === id))
    return false
  if (status === undefined) return true
  return line.kind === 'request' && String(line.status).startsWith(status.replace('xx', ''))
}

function wholeNumber(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('a whole number')
  return Number(text)
}

function statusPattern(text: string): string {
  if (!/^[1-5](\d\d|xx)$/.test(text)) throw new InvalidArgumentError('a status such as 429, or 4xx')
  return text
}
