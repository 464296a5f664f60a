/**
 * Adds a key to clients.yaml. The file is left as `aicc fmt` would write it; its comments stay.
 */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Document, isMap, isSeq, parseDocument } from 'yaml'
import { compile } from '../compile.ts'
import { renderDiagnostics } from '../diagnostics/render/render.ts'
import { keepBlankLine } from '../format/format-document.ts'
import { formatText } from '../format/format-text.ts'
import { CommandFailure } from './command-failure.ts'
import { replaceFile } from './replace-file.ts'

export interface NewKey {
  client: string
  sha256: string
  /** For a client that is new: the names it may ask for; null = the client is there. */
  models: readonly string[] | '*' | null
}

/**
 * @param policies the policies folder
 * @throws CommandFailure when the policy would not compile with it; the file is unchanged then
 */
export async function addClientKey(policies: string, key: NewKey): Promise<void> {
  const file = join(policies, 'clients.yaml')
  const document = await readDocument(file)
  if (document.hasIn(['clients', key.client])) addToClient(document, file, key)
  else addClient(document, file, key)
  const text = tidy(document.toString({ lineWidth: 0 }))
  await refuseBroken(policies, file, text)
  await replaceFile(file, text)
}

/** The canonical form, or the text itself where there is none. */
function tidy(text: string): string {
  const formatted = formatText(text, 'clients.yaml')
  return 'text' in formatted ? formatted.text : text
}

/** A key for a client whose name or models are wrong would keep the gateway from its next start. */
async function refuseBroken(policies: string, file: string, text: string): Promise<void> {
  const result = await compile({
    policies,
    readFile: (path) =>
      resolve(path) === resolve(file) ? Promise.resolve(Buffer.from(text)) : readFile(path),
  })
  if (result.ok) return
  const { diagnostics, sources } = result
  const rendered = renderDiagnostics(diagnostics, { format: 'pretty', sources, color: false, max: 5 })
  throw new CommandFailure(`${rendered}nothing was written`, 2)
}

async function readDocument(file: string): Promise<Document> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new CommandFailure(`error: cannot read ${file}: ${(error as Error).message}`, 1)
  }
  // Only from the canonical form does the library print every comment where it stood.
  const source = tidy(text)
  const document = parseDocument(source)
  const clients = document.get('clients')
  if (document.errors.length > 0 || !isMap(clients)) {
    throw new CommandFailure(`error: ${file} has mistakes; \`aicc compile\` shows them`, 2)
  }
  keepBlankLine(clients, source)
  return document
}

function addToClient(document: Document, file: string, { client, sha256, models }: NewKey): void {
  if (models !== null) {
    throw new CommandFailure(`error: client \`${client}\` is there already; change its models in ${file}`, 2)
  }
  const keys = document.getIn(['clients', client, 'keys'])
  if (!isSeq(keys)) throw new CommandFailure(`error: ${file}: client \`${client}\` has no list of keys`, 2)
  keys.add(document.createNode({ sha256 }))
}

function addClient(document: Document, file: string, { client, sha256, models }: NewKey): void {
  if (models === null) {
    throw new CommandFailure(
      `error: ${file} has no client \`${client}\`; to add it, say what it may ask for: --models NAME,NAME or --models '*'`,
      2,
    )
  }
  document.setIn(['clients', client], document.createNode({ keys: [{ sha256 }], models }))
}
