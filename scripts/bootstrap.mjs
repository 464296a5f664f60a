/**
 * Entry of `npm start`, `npm test` and friends on a fresh machine: plain Node 20, nothing installed.
 * Installs what is missing, picks the right Node and hands over.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { installPackages } from './install-packages.mjs'
import { pickNode, root, run } from './node-runtime.mjs'

const USAGE = `usage: bootstrap.mjs <serve|compile|test|node FILE> [arguments]

  serve     compile the policies and start the gateway
  compile   compile the policies
  test      types, lint, formatting, generated files and the fast tests
  node      run a file of this project with the right Node`

async function main([verb, ...args]) {
  const known = ['serve', 'compile', 'test', 'node'].includes(verb)
  if (!known || (verb === 'node' && args.length === 0)) {
    process.stderr.write(`${USAGE}\n`)
    return 1
  }
  await installPackages(root)
  const node = pickNode(root)
  if (verb === 'test') return test(node, args)
  if (verb === 'node') return run(node, args, { node })
  return run(node, [join(root, 'compiler', 'commands', 'cli.ts'), verb, ...args], { node })
}

/** The checks count as one; every test of the fast suite counts. Both run, whatever the first says. */
async function test(node, args) {
  const folder = mkdtempSync(join(tmpdir(), 'aicc-test-'))
  const report = join(folder, 'report.json')
  try {
    const checks = await npmRun(node, ['check'])
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const tests = await npmRun(node, ['test:unit', '--', ...reporters, ...args])
    const { passed, failed } = readReport(report)
    if (tests !== 0 && failed.length === 0) failed.push('npm run test:unit: it broke off, see above')
    if (checks !== 0) failed.push('npm run check: what it found stands above, before the tests')
    const lines = failed.map((name) => `failed: ${name}\n`)
    const good = passed + (checks === 0 ? 1 : 0)
    process.stdout.write(`\n${lines.join('')}${good} passed, ${failed.length} failed\n`)
    return failed.length === 0 ? 0 : 2
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** With the npm that the user called, if that is how we got here. */
function npmRun(node, args) {
  const npm = process.env.npm_execpath?.endsWith('.js')
    ? [process.execPath, process.env.npm_execpath]
    : ['npm']
  return run(npm[0], [...npm.slice(1), 'run', ...args], { node, cwd: root })
}

/** @returns how many tests passed, and the names of those that failed */
function readReport(file) {
  try {
    const { numPassedTests, testResults } = JSON.parse(readFileSync(file, 'utf8'))
    const failed = testResults.flatMap(({ name, status, assertionResults }) => {
      const titles = assertionResults.flatMap((each) => (each.status === 'failed' ? [each.fullName] : []))
      // A file that did not come as far as its tests.
      if (status === 'failed' && titles.length === 0) titles.push('does not load')
      return titles.map((title) => `${relative(root, name)}: ${title}`)
    })
    return { passed: numPassedTests, failed }
  } catch {
    return { passed: 0, failed: [] }
  }
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`aicc: ${error.message}\n`)
  process.exitCode = 1
}
