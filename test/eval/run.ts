/**
 * `npm run eval`: how well the detectors do on labelled data, which is no part of this repository.
 * Exit: 0 all floors are met, 1 it could not run, 2 a floor is missed.
 */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { evalBenign } from './eval-benign.ts'
import { evalInjection } from './eval-injection.ts'
import { evalPii } from './eval-pii.ts'
import { evalSecrets } from './eval-secrets.ts'
import { evalTokens } from './eval-tokens.ts'
import { printSection } from './print-section.ts'
import { readRows } from './read-rows.ts'
import { holds } from './section.ts'

/** What the injection model was trained on, and the estimate of tokens fitted to. */
const DEVELOPMENT = '../shared/eval'

const USAGE = `usage: npm run eval -- [--data DIR] [--json FILE] [--seen] [--examples N] [--texts]

  --data DIR     folder with {secrets,pii,injection,benign_prompts}.jsonl, also .dev.jsonl and .gz (../shared/eval)
  --seen         the injection model was trained on this folder, and the estimate of tokens fitted to half of it:
                 judge by models that were not, and on the other half
  --json FILE    write all figures there
  --examples N   rows to name of each kind of mistake (10)
  --texts        show what they say: fake keys and offensive texts among them`

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string', default: DEVELOPMENT },
      json: { type: 'string' },
      examples: { type: 'string', default: '10' },
      seen: { type: 'boolean', default: false },
      texts: { type: 'boolean', default: false },
    },
  })
  const read = (stem: string) => readRows(values.data, stem)
  const [secrets, pii, injection, benign] = [
    await read('secrets'),
    await read('pii'),
    await read('injection'),
    await read('benign_prompts'),
  ]
  const seen = values.data === DEVELOPMENT || values.seen
  const sections = [
    evalSecrets(secrets),
    evalPii(pii),
    evalInjection({ rows: injection, benign, seen }),
    evalBenign(benign),
    evalTokens({ benign, others: [...secrets, ...pii, ...injection] }, { seen }),
  ]
  const texts = new Map([...secrets, ...pii, ...injection, ...benign].map(({ id, text }) => [id, text]))
  const textOf = values.texts ? (id: string) => texts.get(id) ?? '' : null
  for (const section of sections) {
    console.log(printSection(section, { examples: Number(values.examples), textOf }))
  }
  const missed = sections.flatMap(({ verdicts }) => verdicts.filter((verdict) => !holds(verdict)))
  if (values.json !== undefined) {
    await writeFile(
      values.json,
      `${JSON.stringify({ version: 1, met: missed.length === 0, sections }, null, 2)}\n`,
    )
  }
  console.log(missed.length === 0 ? 'all floors are met' : `${missed.length} floors are missed`)
  return missed.length === 0 ? 0 : 2
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(`eval: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  process.exitCode = 1
}
