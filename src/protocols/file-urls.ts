/**
 * Addresses of images, sound and files in a request: a backend would fetch them from where it stands, on behalf of a
 * client who cannot get there (SSRF). Parsers differ, so an address that two of them could read in two ways is none.
 */
import { GatewayError } from '../errors.ts'
import type { FileUrls } from '../table/route-table.ts'
import { isRecord } from './json-object.ts'
import { isPublicHost } from './public-host.ts'
import { holdsContent, unreadableIn } from './unreadable.ts'

/** Fields that hold an address and nothing else. */
const URL_FIELD = /(?:^|_)ur[il]s?$|Ur[il]s?$/
/** Fields of a file that hold its content, its id or where it is, by what is written there. */
const FILE_FIELD =
  /^(?:data|file_data|file_id|file_ids|source|path|image|images|audio|audios|video|videos|file|files)$/

const DATA_URL = /^\s*data:/i
const SCHEME = /^\s*[a-z][a-z0-9+.-]+:/i
// A backslash is a slash to some and a part of a password to others; what cannot be seen, some leave out.
const WEB_URL = /^https?:\/\/[^/\\\s\p{Cc}][^\\\s\p{Cc}]*$/iu

/**
 * Cheap where there are no files: texts are not looked at.
 * @throws GatewayError file_url_not_allowed (400), which names the field and not the address
 */
export function refuseFileUrls(body: Readonly<Record<string, unknown>>, rule: FileUrls): void {
  for (const key in body) {
    if (!holdsContent(key)) continue
    const found = findIn(body[key], { rule, key, isFile: isFileField(key, body) || URL_FIELD.test(key) })
    if (found !== null) throw refused(`${key}${found.path}`, found.why)
  }
}

interface Found {
  /** From the value down to it: `[0].image_url`. */
  path: string
  why: string
}

interface Place {
  rule: FileUrls
  /** The field that holds it, be it in a list. */
  key: string
  /** Whether it is, or is part of, a file. */
  isFile: boolean
}

function findIn(value: unknown, place: Place): Found | null {
  if (typeof value === 'string') {
    const why = place.isFile ? wrongWith(value, place) : null
    return why === null ? null : { path: '', why }
  }
  if (Array.isArray(value)) return findInList(value, place)
  return isRecord(value) ? findInRecord(value, place) : null
}

function findInList(list: readonly unknown[], place: Place): Found | null {
  for (let i = 0; i < list.length; i += 1) {
    const item = list[i]
    // Lists of tokens are long.
    if (typeof item === 'number') continue
    const found = findIn(item, place)
    if (found !== null) return { ...found, path: `[${i}]${found.path}` }
  }
  return null
}

function findInRecord(
  record: Readonly<Record<string, unknown>>,
  { rule, isFile: within }: Place,
): Found | null {
  const isFile = within || isFileField('type', record)
  for (const key in record) {
    const value = record[key]
    if (typeof value === 'string' && !isFile && !isFileField(key, record)) continue
    // What a tool is called with refers to nothing that a backend would fetch.
    if (key === 'input' && record['type'] === 'tool_use') continue
    const found = findIn(value, { rule, key, isFile: isFile || isFileField(key, record) })
    if (found !== null) return { ...found, path: `.${key}${found.path}` }
  }
  return null
}

function isFileField(key: string, holder: Readonly<Record<string, unknown>>): boolean {
  const what = unreadableIn(key, holder[key], holder)
  return what === 'images' || what === 'opaque'
}

function wrongWith(text: string, { rule, key }: Place): string | null {
  const isUrl = URL_FIELD.test(key) || (FILE_FIELD.test(key) && SCHEME.test(text))
  if (!isUrl || DATA_URL.test(text)) return null
  if (rule === 'inline') return 'files must stand in the request, as `data:` URLs'
  if (!WEB_URL.test(text)) return 'it must be a `data:` or an `http(s)://` URL'
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '')
    return 'it is no URL, or one with a password'
  return rule === 'public' && !isPublicHost(url.hostname) ? 'it must lead to the public internet' : null
}

function refused(field: string, why: string): GatewayError {
  const shown = field.slice(0, 128)
  return new GatewayError('file_url_not_allowed', `\`${shown}\` is not taken: ${why}.`, { param: shown })
}
