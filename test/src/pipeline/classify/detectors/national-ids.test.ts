import { describe, expect, it } from 'vitest'
import { judgeRegex } from '../../../../../compiler/regex/judge-regex.ts'
import { IBAN } from '../../../../../src/pipeline/classify/detectors/accounts.ts'
import { IPV6 } from '../../../../../src/pipeline/classify/detectors/addresses.ts'
import { NUMBER_IDS, WORD_IDS } from '../../../../../src/pipeline/classify/detectors/national-ids.ts'
import { findPii } from '../../../../../src/pipeline/classify/detectors/pii.ts'

function found(text: string): string[] {
  return findPii(text).map(({ start, end, kind }) => `${kind}: ${text.slice(start, end)}`)
}

describe('patterns', () => {
  const patterns = [
    IBAN,
    IPV6,
    ...[...NUMBER_IDS, ...WORD_IDS].flatMap(({ written, context }) =>
      context === null ? [written] : [written, context],
    ),
  ]
  it.each(patterns)('%s is linear', ({ source, flags }) => {
    expect(judgeRegex(source, flags.replace('y', ''))).toEqual({ kind: 'linear' })
  })
})

/** Published examples, or made to fit their check digits; none is anyone's. */
describe('national numbers', () => {
  it.each([
    ['ssn', 'SSN 078051120', '078051120'],
    ['itin', '912-70-1234', '912-70-1234'],
    ['sin', 'my SIN is 046 454 286', '046 454 286'],
    ['nhs-number', 'NHS number 943 476 5919', '943 476 5919'],
    ['tax-id', 'Steuer-ID 86 095 742 719', '86 095 742 719'],
    ['nir', '2 55 08 14 168 025 38', '2 55 08 14 168 025 38'],
    ['bsn', 'BSN 111222333', '111222333'],
    ['rijksregister', '85.07.30-033.28', '85.07.30-033.28'],
    ['pesel', 'PESEL: 44051401359', '44051401359'],
    ['personnummer', '811218-9876', '811218-9876'],
    ['cpr', 'CPR 211062-5629', '211062-5629'],
    ['nif', 'NIF 123456789', '123456789'],
    ['ahv', '756.9217.0769.85', '756.9217.0769.85'],
    ['aadhaar', '2341 2341 2346', '2341 2341 2346'],
    ['cpf', '529.982.247-25', '529.982.247-25'],
    ['tfn', 'TFN 123 456 782', '123 456 782'],
    ['za-id', 'identity 8001015009087', '8001015009087'],
    ['rrn', '900101-1234567', '900101-1234567'],
    ['nino', 'AB123456C', 'AB123456C'],
    ['dni', '12345678Z', '12345678Z'],
    ['nie', 'X1234567L', 'X1234567L'],
    ['codice-fiscale', 'RSSMRA85T10A562S', 'RSSMRA85T10A562S'],
    ['hetu', '131052-308T', '131052-308T'],
    ['pps', 'PPS number 1234567FA', '1234567FA'],
    ['pan', 'ABCPE1234F', 'ABCPE1234F'],
    ['passport', 'passport no. C01234567', 'C01234567'],
    ['driver-license', "My driver's license number is 6940579", '6940579'],
    ['birth-date', 'born on 2/19/1956', '2/19/1956'],
    ['birth-date', 'DOB: 1956-02-19', '1956-02-19'],
    ['card', 'paid by card 6759 8410 3431', null],
    ['card', 'my card 4222222222222', '4222222222222'],
    ['ip', '2001:db8::ff00:42:8329', '2001:db8::ff00:42:8329'],
    ['phone', 'Fax: 0490 39 07 81', '0490 39 07 81'],
    ['phone', '28-64-66-98 office', '28-64-66-98'],
  ])('%s: %s', (kind, text, written) => {
    const expected = written === null ? [] : [`${kind}: ${written}`]
    expect(found(`x ${text}, y`)).toEqual(expected)
  })

  it.each([
    '646 454 287 is no SIN',
    'order 44051401359',
    '111222333',
    '85.07.30-033.29',
    '529.982.247-26',
    '12345678A',
    'AB123456E',
    'RSSMRA85T10A562T',
    '4222222222222',
    'released on 2/19/1956',
    'at 12:30:45 and std::vector, fe80::1, 1::2',
    'ISBN 978-0-758-64703-1 page 440',
    'uuid 9c222670-bbe4-4f4c-a549-77656cf2d133',
    'the row is 4364 6974 8212 3789',
    'epoch_ms=4588868917189 rows=062672789',
    'tracking 1Z6530A2C6A8835C4A',
  ])('nothing in: %s', (text) => {
    expect(found(text)).toEqual([])
  })
})
