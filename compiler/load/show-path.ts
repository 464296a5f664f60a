/**
 * How a path is shown: relative where it lies below the working directory, else as given.
 */
import { isAbsolute, relative } from 'node:path'

export function showPath(path: string): string {
  const below = relative('', path)
  if (below === '') return '.'
  return below.startsWith('..') || isAbsolute(below) ? path : below
}
