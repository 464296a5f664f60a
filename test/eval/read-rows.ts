/** Labelled texts, one JSON object a line; in a file that may be zipped and whose name may say `dev`. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

export interface Span {
  type: string
  start: number
  end: number
}

/** A row of any of the files; what a file does not have is left out. */
export interface Row {
  id: string
  text: string
  /** 1 = holds what the detector is for. */
  label?: 0 | 1
  source: string
  kind?: string
  rule?: string
  /** Holds a span that patterns can find. */
  structured?: boolean
  spans?: Span[]
}

/**
 * @param stem `secrets` stands for `secrets.jsonl`, `secrets.dev.jsonl`, and both with `.gz`
 * @throws Error when the folder has no such file, or it holds something else
 */
export async function readRows(folder: string, stem: string): Promise<Row[]> {
  const files = await readdir(folder).catch(() => {
    throw new Error(`there is no folder ${folder}; name one that holds labelled data with --data DIR`)
  })
  const file = files.sort().find((name) => new RegExp(`^${stem}(?:\\.\\w+)?\\.jsonl(?:\\.gz)?$`).test(name))
  if (file === undefined) throw new Error(`${folder} holds no ${stem}.jsonl, with or without .gz`)
  const bytes = await readFile(join(folder, file))
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  // Only this character ends a row: texts hold U+2028.
  return text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [parseRow(line, file, index)]))
}

function parseRow(line: string, file: string, index: number): Row {
  const row: unknown = JSON.parse(line)
  if (isRow(row)) return row
  throw new Error(`${file}:${index + 1} has no id, text and source`)
}

function isRow(value: unknown): value is Row {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['id', 'text', 'source'].every((key) => typeof (value as Record<string, unknown>)[key] === 'string')
  )
}
