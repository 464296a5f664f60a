/**
 * What an import has to say about one place of the configuration it came from.
 */
import { maskSecrets } from '../diagnostics/secret-shapes.ts'
import { showSourcePath, type SourcePath } from './source.ts'

export interface Finding {
  /** `left` has no counterpart and is not in the result; `note` is, but a person should know how. */
  kind: 'left' | 'note'
  path: string
  /** The value in short; null where a note is not about a value. */
  value: string | null
  why: string
}

/** Longest value that is shown. */
const MOST_CHARACTERS = 60

export function left(path: SourcePath, value: unknown, why: string): Finding {
  return { kind: 'left', path: showSourcePath(path), value: showValue(path, value), why }
}

export function note(path: SourcePath, why: string): Finding {
  return { kind: 'note', path: showSourcePath(path), value: null, why: maskSecrets(why) }
}

const SECRET_NAME =
  /key|token|secret|passw|credential|auth|dsn|database_url|redis_url|headers|environment_variables/i

/** Whether a text names a variable instead of holding what is in it. */
export function envNameOf(value: unknown): string | null {
  return typeof value === 'string'
    ? (/^os\.environ\/([A-Za-z_][A-Za-z0-9_]*)$/.exec(value)?.[1] ?? null)
    : null
}

/** A value whose name speaks of a secret is not shown, unless it only names a variable; nor is what is below it. */
function showValue(path: SourcePath, value: unknown): string {
  const secret = path.some((key) => SECRET_NAME.test(String(key)))
  const masked: string | undefined = JSON.stringify(value, (key: string, inner: unknown) => {
    if (typeof inner !== 'string' || envNameOf(inner) !== null) return inner
    return secret || SECRET_NAME.test(key) ? '********' : maskSecrets(inner)
  })
  if (masked === undefined) return ''
  return masked.length > MOST_CHARACTERS ? `${masked.slice(0, MOST_CHARACTERS)}…` : masked
}
