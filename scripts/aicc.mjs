#!/usr/bin/env node
/**
 * The `aicc` command: finds the Node that the project needs and runs the command line with it.
 */
import { join } from 'node:path'
import { pickNode, root, run } from './node-runtime.mjs'

try {
  const node = pickNode(root)
  const cli = join(root, 'compiler', 'commands', 'cli.ts')
  process.exitCode = await run(node, [cli, ...process.argv.slice(2)], { node })
} catch (error) {
  process.stderr.write(`aicc: ${error.message}\n`)
  process.exitCode = 1
}
