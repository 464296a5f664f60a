/** Texts for the classify bench: what people write, what is full of finds, and what is made to be slow. */

export interface Input {
  name: string
  kind: 'benign' | 'dense' | 'adversarial'
  text: string
}

const PROSE =
  'Could you have a look at this? We moved the nightly job to the new host on Tuesday, and since then every third run ends early. ' +
  'The log says that the connection was reset, yet the database shows no restart; memory stays below 60 percent. ' +
  'I have tried a longer timeout (30 seconds) without any effect. What would you check next, and in which order?\n\n'
const CODE = `export async function load(path: string, limit = 100): Promise<Row[]> {
  const rows: Row[] = []
  for await (const line of readLines(path)) {
    if (line.startsWith('#') || rows.length >= limit) continue
    const [key, value] = line.split('=', 2)
    rows.push({ key: key.trim(), value: Number(value ?? 0), at: new Date().toISOString() })
  }
  return rows.sort((a, b) => a.key.localeCompare(b.key))
}
`

/** Put together here, so that no scanner of this repository takes them for real. */
const key = (prefix: string, length: number): string =>
  prefix + 'a1B2c3D4e5F6g7H8'.repeat(32).slice(0, length)

const FINDS = [
  key('sk-', 40),
  key('ghp_', 36),
  'password = "Tr0ub4dor&3"',
  'ada.lovelace@mail.example.org',
  '4111 1111 1111 1111',
  '+49 30 901820 17',
  'DE89 3704 0044 0532 0130 00',
  'postgres://app:s3cr3tpw@db.lan/x',
  '078-05-1120',
  `Authorization: Bearer ${key('', 40)}`,
].join(', ')

/** Each begins as a find does and ends one character too soon, or one too late. */
const NEAR_MISSES = [
  key(' sk-', 9),
  key(' ghp_', 19),
  ' AKIAQWERTYUIOPASDF password: token: ',
  ' a.b@c a@b-.c 1234 5678 9012 3456 ',
  ' DE88370400440532013000 -----BEGIN PRIVATE KEY--- eyJabcdefgh.eyJ ',
  ' ://user:pass /://:@ 000-00-0000 10.0.0.1 1.2.3.4.5 ',
].join('')

const CHARACTERS: readonly Input[] = [
  ['one letter', 'a'],
  ['spaces', ' '],
  ['digits', '7'],
  ['digits apart', '1 '],
  ['digits in groups', '1234 '],
  ['CJK', '漢字と仮名の文'],
  ['full width', '４１１１　'],
  ['zero width', 'a\u200b'],
  ['base64', 'aGVsbG8gd29ybGQsIGhlbGxvIHdvcmxk'],
  ['random words', `${key('', 30)} `],
  ['at signs', 'a@'],
  ['dots', 'a.'],
  ['quotes', '"\\"'],
  ['short words of keys', 'key=pass:token=sk-so su '],
  ['armour', '-----BEGIN X-----'],
  ['key armour', '-----BEGIN PRIVATE KEY-----'],
  ['addresses', '1.2.3.4 '],
  ['schemes', '://a:b'],
].map(([name = '', unit = '']) => ({ name, kind: 'adversarial', text: unit }))

/** @param length characters of each text */
export function makeInputs(length: number): Input[] {
  const units: readonly Input[] = [
    { name: 'prose', kind: 'benign', text: PROSE },
    { name: 'code', kind: 'benign', text: CODE },
    { name: 'finds', kind: 'dense', text: `${FINDS}\n` },
    { name: 'finds in prose', kind: 'dense', text: `${PROSE}${FINDS}\n` },
    { name: 'near misses', kind: 'adversarial', text: NEAR_MISSES },
    ...CHARACTERS,
  ]
  return units.map(({ name, kind, text }) => ({
    name,
    kind,
    text: text.repeat(Math.ceil(length / text.length)).slice(0, length),
  }))
}
