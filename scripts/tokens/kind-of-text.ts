/** Kinds of text whose tokens are estimated more or less well. */

export type TextKind = 'prose' | 'code' | 'keys' | 'CJK' | 'other scripts'

const CJK = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/gu
const NOT_LATIN = /[^\p{sc=Latin}\p{sc=Common}\p{sc=Inherited}]/gu

/** @param origin where it was taken from, and what that says of it */
export function kindOfText(text: string, origin: string): TextKind {
  const shareOf = (pattern: RegExp): number => (text.match(pattern)?.length ?? 0) / text.length
  if (shareOf(CJK) > 0.1) return 'CJK'
  if (shareOf(NOT_LATIN) > 0.1) return 'other scripts'
  if (/gitleaks|CredSweeper|hard-negative/.test(origin)) return 'keys'
  return /HumanEval|coding|code/.test(origin) ? 'code' : 'prose'
}
