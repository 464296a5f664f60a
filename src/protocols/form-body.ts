/**
 * A `multipart/form-data` body (RFC 7578): read into its parts, and written anew for a backend. The contents of parts go
 * through byte for byte; what stands around them is ours, for nobody has looked at a client's.
 */
import { GatewayError } from '../errors.ts'

export interface FormPart {
  name: string
  /** Null = a text field. */
  filename: string | null
  /** Of a file; null = it does not say. */
  contentType: string | null
  content: Uint8Array
}

/** More than any operation has. */
const MAX_PARTS = 64
const MAX_HEAD_BYTES = 2048
const MAX_FILENAME = 255

const NAME = /^[\w.[\]-]{1,64}$/
const MEDIA_TYPE = /^[a-z0-9!#$&^_.+-]{1,64}\/[a-z0-9!#$&^_.+-]{1,64}$/i
/** A quote or a backslash within may stand behind a backslash: older clients write so. */
const QUOTED_FILENAME = /\bfilename="((?:[^"\\]|\\.)*)"/i
const BOUNDARY =
  /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;",]{1,70}))\s*(?:;.*)?$/i

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @returns the boundary that a content type names; null = it is no form */
export function boundaryOf(contentType: string | null): string | null {
  const found = BOUNDARY.exec(contentType ?? '')
  return found?.[1] ?? found?.[2] ?? null
}

/** @throws GatewayError invalid_form (400) */
export function parseForm(bytes: Uint8Array, boundary: string): FormPart[] {
  const mark = encoder.encode(`\r\n--${boundary}`)
  const parts: FormPart[] = []
  // The first mark may stand at the very beginning; what comes before it nobody reads.
  let at = standsAt(bytes, mark.subarray(2), 0) ? mark.length - 2 : after(bytes, mark, 0)
  for (;;) {
    if (bytes[at] === DASH && bytes[at + 1] === DASH) return parts
    const line = skipPadding(bytes, at)
    const end = indexOf(bytes, mark, line - 2)
    if (end === -1) throw malformed('it ends within a part')
    if (parts.length === MAX_PARTS) throw malformed(`it has more than ${MAX_PARTS} parts`)
    parts.push(parsePart(bytes.subarray(line, Math.max(line, end))))
    at = end + mark.length
  }
}

/** @param boundary stands nowhere in the parts: whoever could guess it could add parts of their own */
export function writeForm(parts: readonly FormPart[], boundary: string): Uint8Array<ArrayBuffer> {
  const pieces = parts.flatMap(({ name, filename, contentType, content }) => {
    const file = filename === null ? '' : `; filename="${escaped(filename)}"`
    const type = contentType === null ? '' : `content-type: ${contentType}\r\n`
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n${type}\r\n`
    return [encoder.encode(head), content, CRLF]
  })
  pieces.push(encoder.encode(`--${boundary}--\r\n`))
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.byteLength, 0))
  let offset = 0
  for (const piece of pieces) {
    whole.set(piece, offset)
    offset += piece.byteLength
  }
  return whole
}

const DASH = 0x2d
const CR = 0x0d
const LF = 0x0a
const CRLF = Uint8Array.of(CR, LF)
const BLANK_LINE = Uint8Array.of(CR, LF, CR, LF)

function parsePart(bytes: Uint8Array): FormPart {
  // A part without a head begins with its blank line.
  const headEnd = standsAt(bytes, CRLF, 0) ? 0 : indexOf(bytes.subarray(0, MAX_HEAD_BYTES), BLANK_LINE, 0) + 2
  if (headEnd < 2) throw malformed('a part has no head, or one that is too long')
  let name: string | null = null
  let filename: string | null = null
  let contentType: string | null = null
  for (const line of text(bytes.subarray(0, headEnd - 2)).split('\r\n')) {
    const [, field = '', value = ''] = /^([\w-]+):\s*(.*?)\s*$/.exec(line) ?? []
    switch (field.toLowerCase()) {
      case 'content-disposition':
        name = /^form-data\s*;.*?\bname="([^"]*)"/i.exec(value)?.[1] ?? null
        filename = fileNameOf(value)
        break
      case 'content-type':
        contentType = MEDIA_TYPE.test(value) ? value : null
        break
      case 'content-length':
        break
      default:
        // Another transfer encoding would be read one way here and another way there.
        throw malformed(`a part has \`${field.slice(0, 40)}\` in its head`)
    }
  }
  if (name === null || !NAME.test(name)) throw malformed('a part has no name, or an odd one')
  return { name, filename, contentType, content: bytes.subarray(headEnd + 2) }
}

function fileNameOf(disposition: string): string | null {
  if (/\bfilename\*/i.test(disposition)) throw malformed('a part has `filename*`')
  if (!/\bfilename="/i.test(disposition)) return null
  const found = QUOTED_FILENAME.exec(disposition)?.[1]
  if (found === undefined) throw malformed('the name of a file does not end')
  if (found.length > MAX_FILENAME) throw malformed('the name of a file is too long')
  return found.replaceAll(/\\(["\\])/g, '$1')
}

/** As browsers write it; and no backslash, which some take for the beginning of an escape, of the last quote as well. */
function escaped(filename: string): string {
  return filename
    .replaceAll('"', '%22')
    .replaceAll('\\', '%5C')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A')
}

/** @throws GatewayError invalid_form */
export function textOfPart({ content }: FormPart): string {
  return text(content)
}

function text(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw malformed('a text in it is not valid UTF-8')
  }
}

/** Behind a mark there may be blanks, then a line ends. */
function skipPadding(bytes: Uint8Array, from: number): number {
  let at = from
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at += 1
  if (bytes[at] !== CR || bytes[at + 1] !== LF) throw malformed('a boundary does not end its line')
  return at + 2
}

function after(bytes: Uint8Array, mark: Uint8Array, from: number): number {
  const at = indexOf(bytes, mark, from)
  if (at === -1) throw malformed('its boundary does not stand in it')
  return at + mark.length
}

function standsAt(bytes: Uint8Array, mark: Uint8Array, at: number): boolean {
  return mark.every((byte, i) => bytes[at + i] === byte)
}

/** Looks for the mark's first byte with the engine's own search, which is fast. */
function indexOf(bytes: Uint8Array, mark: Uint8Array, from: number): number {
  const [first = 0] = mark
  for (let at = bytes.indexOf(first, from); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (standsAt(bytes, mark, at)) return at
  }
  return -1
}

function malformed(why: string): GatewayError {
  return new GatewayError('invalid_form', `The body is no \`multipart/form-data\` that can be read: ${why}.`)
}
