/** The matrix as a page. */
import { ALL_SURFACES, SURFACE_TRAITS } from '../../src/table/surfaces.ts'
import type { BackendKind, Surface } from '../../src/table/route-table.ts'
import { CASES, type Cell, KINDS } from './cells.ts'

const INTRODUCTION = `# Protocols

<!-- Written by \`npm run test:protocols -- --update\` from what the tests of test/protocols/ saw. Do not edit. -->

Who may ask what of which backend, and what becomes of it. Every cell was a request through the gateway, on workerd and
on Node, to a mock that speaks as such a backend does. The toy model \`demo\` is built in, and the column \`opencode\` was a
real OpenCode server (\`npm run test:real\`). What kinds of backends speak stands in \`src/table/kind-surfaces.ts\`; a policy
says otherwise with \`speaks\`.

| word         | meaning                                                                                           |
| ------------ | ------------------------------------------------------------------------------------------------- |
| \`native\`     | the backend speaks it: request and answer go through byte for byte, but for the name of the model |
| \`via chat\`   | translated to that, without loss in these cases; [translation](translation.md) says what is lost  |
| \`by session\` | a session of OpenCode is driven, limits of length are lost: [OpenCode](integrations/opencode.md)  |
| \`estimate\`   | the gateway answers by its own estimate, with the header \`x-aicc-estimated\`                       |
| \`refused\`    | status 400, in the shape of errors that the client knows; the backend is not asked                |
| \`–\`          | there is no such thing: nobody could fail or be left, or the toy model cannot                     |

The cases: _plain_, one question; _tools_, the model calls one; _parallel tools_, two at once behind two that were called and
answered; _image_, a picture in the request; _long context_, 25,000 tokens; _error_, the backend refuses, or fails behind its
first words where it streams; _abort_, the client goes away, and the backend must be left too. What a client hears is read
by the vendors' own libraries where there are any, and must be the same whatever is spoken to the backend: text, calls with
arguments, why it ended, usage. A second word stands where a streamed answer differs from a whole one.

No graphics card and no model was here: vLLM, llama.cpp, MLX and Ollama are mocks by what their documentation and sources say.
llama.cpp's servers were run as well, with a little random model (\`npm run soak -- --only llamacpp\`, [backends](backends.md)). Real
peers are those of \`test/real/\`: OpenCode, a LiteLLM proxy, and the [clients](integrations/README.md).
`

/** @param cells all of them, with what was seen */
export function renderProtocols(cells: readonly Cell[]): string {
  const overview = [
    ['surface', ...KINDS],
    ...ALL_SURFACES.map((surface) => rowOf(code(surface), (kind) => show(cells, surface, kind, 'plain'))),
  ]
  const sections = ALL_SURFACES.map((surface) => {
    const { path, streams } = SURFACE_TRAITS[surface]
    const own = CASES.filter((name) => cells.some((cell) => cell.surface === surface && cell.case === name))
    const rows = own.map((name) => rowOf(name, (kind) => show(cells, surface, kind, name)))
    const forms = streams ? 'Whole and streamed.' : 'Whole: nothing is streamed.'
    return `## ${surface}\n\n\`POST ${path}\`. ${forms}\n\n${table([['case', ...KINDS], ...rows])}`
  })
  return `${INTRODUCTION}\n## At a glance\n\n${table(overview)}\n${sections.join('\n')}`
}

function show(cells: readonly Cell[], surface: Surface, kind: Cell['kind'], name: Cell['case']): string {
  const own = cells.filter((cell) => cell.surface === surface && cell.kind === kind && cell.case === name)
  return [...new Set(own.map(({ verdict }) => verdict))].join(' / ')
}

function rowOf(name: string, tell: (kind: BackendKind) => string): string[] {
  return [name].concat(KINDS.map(tell))
}

const code = (text: string): string => `\`${text}\``

function table(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows
  const widths = head.map((_, i) => Math.max(3, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |\n`
  const rule = line(widths.map((width) => '-'.repeat(width)))
  return line(head) + rule + rows.slice(1).map(line).join('')
}
