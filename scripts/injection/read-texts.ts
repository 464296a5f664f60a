/** Reads what the model is trained on: `injection*.jsonl` and `benign_prompts*.jsonl` of a folder. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabelledText } from './labelled-text.ts'

/** Where the benign prompts' file says nothing of labels. */
interface Line {
  text: string
  label?: number
  source: string
  kind: string
}

/**
 * Malicious and benign texts, the ordinary prompts apart.
 * @throws Error when a file is missing or holds something else
 */
export function readTexts(folder: string): { labelled: LabelledText[]; ordinary: LabelledText[] } {
  return { labelled: readFolder(folder, 'injection'), ordinary: readFolder(folder, 'benign_prompts') }
}

function readFolder(folder: string, stem: string): LabelledText[] {
  const names = readdirSync(folder).filter((name) => name.startsWith(stem) && name.endsWith('.jsonl'))
  if (names.length === 0) throw new Error(`${folder} holds no ${stem}*.jsonl`)
  // Split on \n only: some texts hold other line ends.
  const lines = names.sort().flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
  return lines.filter((line) => line !== '').map(readLine)
}

function readLine(line: string): LabelledText {
  const { text, label = 0, source, kind } = JSON.parse(line) as Line
  return { text, malicious: label === 1, source, kind }
}
