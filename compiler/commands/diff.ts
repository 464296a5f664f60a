/**
 * `aicc diff`: what another policy would change, in what it says and in what it decides.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import { compareDecisions } from '../diff/compare-decisions.ts'
import { compareStructure } from '../diff/compare-structure.ts'
import { isDifferent, renderDiff, toJsonDiff, type PolicyDiff } from '../diff/render-diff.ts'
import { readTable } from './read-table.ts'

interface DiffFlags {
  exitCode?: boolean
  max: number
  format: 'pretty' | 'json'
}

const DEFAULT_MAX = 100_000

export function diffCommand(): Command {
  return new Command('diff')
    .description('compare two policies: what they say, and which requests they decide differently')
    .argument('<old>', 'folder of policies, table of `aicc compile --print`, or - for standard input')
    .argument('<new>', 'the same, for the policy to compare with')
    .option('--exit-code', 'exit 2 when they differ')
    .option('--max <n>', 'most requests to try on both', toCount, DEFAULT_MAX)
    .addOption(new Option('--format <format>', 'of the report').choices(['pretty', 'json']).default('pretty'))
    .addHelpText(
      'after',
      `
Every kind of caller is tried with a plain request, with one for each rule of either policy, and
with each of these changed in one fact (a bound of a range, a header, a text, a find, a mode, a
backend that is down); the plain one also in any two. Changes that take three facts and no rule's
own condition are not found.

Exit code: 0 compared, 1 could not run, 2 they differ (with --exit-code).

Examples:
  $ aicc diff policies candidate/policies
  $ git show main:src/generated/route-table.ts | aicc diff - policies --exit-code`,
    )
    .action(async (before: string, after: string, flags: DiffFlags) => {
      process.exitCode = await runDiff(before, after, flags)
    })
}

/** @returns the exit code */
async function runDiff(
  oldPath: string,
  newPath: string,
  { exitCode, max, format }: DiffFlags,
): Promise<number> {
  const [before, after] = [await readTable(oldPath), await readTable(newPath)]
  const diff: PolicyDiff = {
    before: before.digest,
    after: after.digest,
    structure: compareStructure(before, after),
    decisions: compareDecisions(before, after, max),
  }
  console.log(format === 'json' ? JSON.stringify(toJsonDiff(diff), null, 2) : renderDiff(diff))
  return exitCode === true && isDifferent(diff) ? 2 : 0
}

function toCount(text: string): number {
  if (!/^[1-9][0-9]{0,7}$/.test(text)) throw new InvalidArgumentError('must be from 1 to 99999999')
  return Number(text)
}
