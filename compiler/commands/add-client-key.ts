/**
 * Adds a key to clients.yaml and leaves the rest of the file as its author wrote it, comments included.
 */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { type Document, isMap, isSeq, parseDocument } from 'yaml'
import { CommandFailure } from './command-failure.ts'

export interface NewKey {
  client: string
  sha256: string
  /** For a client that is new: names with commas, or `*`. */
  models: string | null
}

/** @throws CommandFailure when the file cannot take it; it is unchanged then */
export async function addClientKey(file: string, key: NewKey): Promise<void> {
  const document = await readDocument(file)
  if (document.hasIn(['clients', key.client])) addToClient(document, file, key)
  else addClient(document, file, key)
  const draft = `${file}.tmp`
  // lineWidth 0: long lines of the author's stay one line.
  await writeFile(draft, document.toString({ lineWidth: 0 }))
  await rename(draft, file)
}

async function readDocument(file: string): Promise<Document> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new CommandFailure(`error: cannot read ${file}: ${(error as Error).message}`, 1)
  }
  const document = parseDocument(text)
  if (document.errors.length > 0 || !isMap(document.get('clients'))) {
    throw new CommandFailure(`error: ${file} has mistakes; \`aicc compile\` shows them`, 2)
  }
  return document
}

function addToClient(document: Document, file: string, { client, sha256 }: NewKey): void {
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
  const granted = models === '*' ? '*' : models.split(',').map((name) => name.trim())
  document.setIn(['clients', client], document.createNode({ keys: [{ sha256 }], models: granted }))
}
