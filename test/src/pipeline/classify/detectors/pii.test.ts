import { describe, expect, it } from 'vitest'
import { findPii } from '../../../../../src/pipeline/classify/detectors/pii.ts'

function found(text: string, off?: Set<string>): string[] {
  return findPii(text, off).map(({ start, end, kind }) => `${kind}: ${text.slice(start, end)}`)
}

describe('findPii', () => {
  it.each([
    { text: 'mail ada.l+x@mail.example.org.', finds: ['email: ada.l+x@mail.example.org'] },
    {
      text: 'ask _ada@example.org_ or *bob@example.org*',
      finds: ['email: _ada@example.org', 'email: bob@example.org'],
    },
    { text: 'ada@example.org--', finds: ['email: ada@example.org'] },
    { text: 'ada@müller.de, bob@例え.jp', finds: ['email: ada@müller.de', 'email: bob@例え.jp'] },
    { text: 'ada@example.xn--p1ai', finds: ['email: ada@example.xn--p1ai'] },
    { text: '邮箱ada@example.org谢谢', finds: ['email: ada@example.org'] },
    // As a link writes it.
    { text: 'mailto=ada.l%40example.org&x', finds: ['email: ada.l%40example.org'] },
    { text: '%40 and ada%40b@example.org', finds: ['email: ada%40b@example.org'] },
    { text: 'git@example.org writes', finds: ['email: git@example.org'] },
    { text: 'ada@example.org: hello', finds: ['email: ada@example.org'] },
    { text: 'card 4111 1111 1111 1111 please', finds: ['card: 4111 1111 1111 1111'] },
    { text: '378282246310005', finds: ['card: 378282246310005'] },
    { text: 'SSN 078-05-1120', finds: ['ssn: 078-05-1120'] },
    { text: 'DE89 3704 0044 0532 0130 00 IS MINE', finds: ['iban: DE89 3704 0044 0532 0130 00'] },
    { text: 'GB82WEST12345698765432', finds: ['iban: GB82WEST12345698765432'] },
    // In groups as tables and forms have them.
    { text: 'card 4111  1111  1111  1111.', finds: ['card: 4111  1111  1111  1111'] },
    { text: '4111.1111.1111.1111 paid', finds: ['card: 4111.1111.1111.1111'] },
    { text: '3782  822463  10005', finds: ['card: 3782  822463  10005'] },
    { text: 'to DE89  3704  0044  0532  0130  00 now', finds: ['iban: DE89  3704  0044  0532  0130  00'] },
    { text: 'to DE89.3704.0044.0532.0130.00.', finds: ['iban: DE89.3704.0044.0532.0130.00'] },
    { text: 'from 8.8.4.4 today', finds: ['ip: 8.8.4.4'] },
    { text: 'call +49 30 901820', finds: ['phone: +49 30 901820'] },
    { text: '(415) 555-2671', finds: ['phone: (415) 555-2671'] },
    { text: '415-555-2671x12', finds: ['phone: 415-555-2671x12'] },
    { text: 'my phone number is 0171 2345678', finds: ['phone: 0171 2345678'] },
    // In brackets.
    { text: '(4111 1111 1111 1111)', finds: ['card: 4111 1111 1111 1111'] },
    { text: 'pay(4111111111111111)', finds: ['card: 4111111111111111'] },
    { text: '(078-05-1120)', finds: ['ssn: 078-05-1120'] },
    { text: '(8.8.4.4)', finds: ['ip: 8.8.4.4'] },
    { text: 'born (1.2.1990)', finds: ['birth-date: 1.2.1990'] },
    { text: '(555-123-4567)', finds: ['phone: 555-123-4567'] },
    { text: '(call +49 30 901820)', finds: ['phone: +49 30 901820'] },
    { text: '((415) 555-2671)', finds: ['phone: (415) 555-2671'] },
    // Beside other numbers.
    { text: '078-05-1120 12 items', finds: ['ssn: 078-05-1120'] },
    { text: '078-05-1120 2024-01-02', finds: ['ssn: 078-05-1120'] },
    { text: '078-05-1120 078-05-1121', finds: ['ssn: 078-05-1120', 'ssn: 078-05-1121'] },
    { text: '078-05-1120 4111 1111 1111 1111', finds: ['ssn: 078-05-1120', 'card: 4111 1111 1111 1111'] },
    { text: '529.982.247-25 12', finds: ['cpf: 529.982.247-25'] },
    { text: '555-123-4567 555-123-4568', finds: ['phone: 555-123-4567', 'phone: 555-123-4568'] },
    { text: '(415) 555-2671 2026-11-21', finds: ['phone: (415) 555-2671'] },
    { text: '12 +49 30 86207538', finds: ['phone: +49 30 86207538'] },
    { text: '+49 30 86207538 2026-11-21 10:30', finds: ['phone: +49 30 86207538'] },
    { text: '+493086207538 20261121', finds: ['phone: +493086207538'] },
    { text: '+49 30 86207538 +49 30 86207539', finds: ['phone: +49 30 86207538', 'phone: +49 30 86207539'] },
  ])('$text', ({ text, finds }) => {
    expect(found(text)).toEqual(finds)
  })

  it.each([
    '4111 1111 1111 1112', // Luhn
    '1234567812345670', // no issuer
    'DE89 3704 0044 0532 0130 01',
    'DE89.3704.0044.0532.0130.01',
    '4111.1111.1111.1112',
    '4111  1111  1111  1112',
    '000-12-3456',
    '192.168.1.10 and 10.0.0.1 and 127.0.0.1',
    'version 4.11.0.2',
    'node 8.8.4.4.1',
    'react@18.2.0-rc.1 and vite@5.0.0-beta',
    'a@b.c_d and a@b.cd-e',
    'Upgrade openssl from 1.5.14 to 2.3.10.207',
    'see section 3.11.12.13',
    '2026-11-21 18:00:00',
    'user@localhost',
    'git clone git@example.org:team/tool.git',
    'git@example.org:~ada/tool',
    'ada%40localhost',
    'rooms 100-200-3000',
    '100.200.3000',
    '1,234,567.89',
    'a 3.14159265358979 b',
    'order 20260001234',
    '2024-01-02 12 items',
    '12-34-56 78',
    'f(20260001234)',
  ])('nothing in: %s', (text) => {
    expect(found(text)).toEqual([])
  })
})

describe('kinds that are off', () => {
  it.each([
    { off: 'email', text: 'ada@example.org', finds: [] },
    { off: 'ip', text: '8.8.4.4 and 2001:4860:4860::8888', finds: [] },
    { off: 'iban', text: 'GB82WEST12345698765432', finds: [] },
    { off: 'card', text: 'card 4111 1111 1111 1111', finds: [] },
    { off: 'phone', text: '(415) 555-2671', finds: [] },
    { off: 'birth-date', text: 'born 1.2.1990', finds: [] },
    { off: 'nino', text: 'AB123456C', finds: [] },
    { off: 'email', text: 'card 4111 1111 1111 1111', finds: ['card: 4111 1111 1111 1111'] },
    // What a number may be as well, it still is.
    { off: 'nhs-number', text: 'nhs phone 943 476 5919', finds: ['phone: 943 476 5919'] },
  ])('$off: $text', ({ off, text, finds }) => {
    expect(found(text, new Set([off]))).toEqual(finds)
  })
})
