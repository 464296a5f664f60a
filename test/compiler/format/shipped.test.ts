/** What we ship is what `aicc fmt` would write. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { formatText } from '../../../compiler/format/format-text.ts'

const ROOT = join(import.meta.dirname, '../../..')
const files = globSync('{policies,examples}/**/*.yaml', { cwd: ROOT })

it('finds the shipped files', () => {
  expect(files.length).toBeGreaterThan(3)
})

it.each(files)('%s is formatted', (file) => {
  const text = readFileSync(join(ROOT, file), 'utf8')
  expect(formatText(text, file)).toEqual({ text })
})
