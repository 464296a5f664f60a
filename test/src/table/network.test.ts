import { describe, expect, it } from 'vitest'
import { isWithin, parseAddress, parseNetwork } from '../../../src/table/network.ts'

describe('parseNetwork', () => {
  it.each([
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.256/8',
    '::/129',
    '1::2::3/8',
    '1:2:3/8',
    '12345::/8',
    'x/8',
    '10.0.0.0',
  ])('takes no %s', (text) => {
    expect(parseNetwork(text)).toBeNull()
  })

  it('takes IPv4 and IPv6', () => {
    expect(parseNetwork('10.1.0.0/16')).toEqual({ address: [10, 1, 0, 0], bits: 16 })
    expect(parseNetwork('2001:db8::/32')?.address.slice(0, 5)).toEqual([0x20, 1, 0x0d, 0xb8, 0])
  })
})

describe('isWithin', () => {
  it.each([
    { network: '203.0.113.0/24', address: '203.0.113.255', within: true },
    { network: '203.0.113.0/24', address: '203.0.114.0', within: false },
    { network: '203.0.113.64/26', address: '203.0.113.127', within: true },
    { network: '203.0.113.64/26', address: '203.0.113.128', within: false },
    { network: '8.8.4.4/32', address: '8.8.4.5', within: false },
    { network: '0.0.0.0/0', address: '8.8.4.5', within: true },
    { network: '2001:db8::/32', address: '2001:db8:1::1', within: true },
    { network: '2001:db8::/32', address: '2001:db9::1', within: false },
    { network: '0.0.0.0/0', address: '2001:db8::1', within: false },
  ])('$address in $network: $within', ({ network, address, within }) => {
    const net = parseNetwork(network)
    const bytes = parseAddress(address)
    expect(net !== null && bytes !== null && isWithin(bytes, net)).toBe(within)
  })
})
