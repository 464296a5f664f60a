/** What a run of base64 or hex says, where that is readable text; any other run is none of our business. */

const HEX = /^(?:[0-9A-Fa-f]{2})+$/
/** What text is made of; a decoded key or picture has other characters within a few bytes. */
const READABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}\p{Cf}\t\n\r]+$/u
const WORDS = /[\p{L}\p{Z}\n]/gu
/** Share of letters and spaces from which it counts as words. */
const WORDY = 0.7

/** @param run characters of base64, of its form for URLs, or of hex; linear in its length */
export function decodePayload(run: string): string | null {
  return (HEX.test(run) ? toText(fromHex(run)) : null) ?? toText(fromBase64(run))
}

function fromHex(run: string): Uint8Array {
  return Uint8Array.from({ length: run.length / 2 }, (_, i) =>
    Number.parseInt(run.slice(2 * i, 2 * i + 2), 16),
  )
}

function fromBase64(run: string): Uint8Array | null {
  try {
    const bytes = atob(run.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))
  } catch {
    return null
  }
}

function toText(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
  if (!READABLE.test(text)) return null
  return (text.match(WORDS)?.length ?? 0) >= text.length * WORDY ? text : null
}
