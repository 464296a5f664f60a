/** A file that stands in an address. */
export interface DataUrl {
  mediaType: string
  /** Base64. */
  data: string
}

/** Longest media type that is looked for; those of files have fewer than a hundred characters. */
const LONGEST_HEAD = 256

/** @returns null for every other address, also for a `data:` one that is not in base64 */
export function parseDataUrl(url: string): DataUrl | null {
  if (!url.slice(0, 5).toLowerCase().startsWith('data:')) return null
  const comma = url.slice(0, LONGEST_HEAD).indexOf(',')
  if (comma === -1) return null
  const [mediaType = '', ...parameters] = url.slice(5, comma).split(';')
  const isBase64 = parameters.at(-1)?.trim().toLowerCase() === 'base64'
  return isBase64 ? { mediaType: mediaType.trim().toLowerCase(), data: url.slice(comma + 1) } : null
}

export function toDataUrl({ mediaType, data }: DataUrl): string {
  return `data:${mediaType};base64,${data}`
}
