import os from 'node:os'
import { syncBuiltinESMExports } from 'node:module'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { machineNames } from '../../../src/control/machine-names.ts'

function onMachine(hostname: string, addresses: { address: string; internal?: boolean }[]): void {
  vi.spyOn(os, 'hostname').mockReturnValue(hostname)
  vi.spyOn(os, 'networkInterfaces').mockReturnValue({
    eth0: addresses.map(({ address, internal = false }) => ({
      address,
      internal,
    })) as os.NetworkInterfaceInfo[],
  })
  syncBuiltinESMExports()
}

afterEach(() => {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

const ALWAYS = ['127.0.0.1', '::1', 'host.docker.internal', 'localhost']

describe('machineNames', () => {
  it.each([
    {
      case: 'a short host name',
      hostname: 'Box',
      addresses: [{ address: '192.168.7.9' }],
      extra: [],
      expected: ['192.168.7.9', 'box', 'box.local'],
    },
    {
      case: 'a full host name',
      hostname: 'box.example.com',
      addresses: [],
      extra: [],
      expected: ['box.example.com', 'box.local'],
    },
    {
      case: 'IPv6, loopback and link-local addresses',
      hostname: 'box',
      addresses: [{ address: 'FD00::A1' }, { address: 'fe80::1' }, { address: '127.0.0.2', internal: true }],
      extra: [],
      expected: ['box', 'box.local', 'fd00::a1'],
    },
    {
      case: 'names of the policy, and none twice',
      hostname: 'box',
      addresses: [],
      extra: ['GW.example', 'box'],
      expected: ['box', 'box.local', 'gw.example'],
    },
  ])('lists $case', ({ hostname, addresses, extra, expected }) => {
    onMachine(hostname, addresses)
    expect(machineNames(extra)).toEqual([...ALWAYS, ...expected].sort())
  })
})
