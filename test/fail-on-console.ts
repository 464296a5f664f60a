/**
 * Setup of the unit project: product code that writes to the console fails the test it did so in.
 * A test that expects output replaces the method with a spy of its own.
 */
import { afterEach, beforeEach, expect, vi } from 'vitest'

const METHODS = ['debug', 'info', 'log', 'warn', 'error'] as const
let written: string[] = []

beforeEach(() => {
  written = []
  for (const method of METHODS) {
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => {
      written.push(`console.${method}: ${args.map(String).join(' ')}`)
    })
  }
})

afterEach(() => {
  vi.restoreAllMocks()
  expect(written, 'console output during the test').toEqual([])
})
