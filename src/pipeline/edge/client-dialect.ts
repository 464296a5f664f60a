/** In whose shape a client is answered where it asks for no operation, or before anybody knows for which. */
import type { Dialect } from '../../protocols/dialect.ts'
import { dialectOf } from '../../protocols/dialect-of.ts'
import { SURFACES } from '../../protocols/surfaces.ts'
import type { RequestHead } from './request-head.ts'

const BY_PATH = new Map(SURFACES.map(({ path, surface }) => [path, dialectOf(surface)]))

/** @param head undefined where it has not been read */
export function clientDialect(
  path: string,
  head: Pick<RequestHead, 'anthropicVersion'> | undefined,
): Dialect {
  const known = BY_PATH.get(path)
  if (known !== undefined) return known
  const isAnthropic = path.startsWith('/v1/messages') || (head?.anthropicVersion ?? null) !== null
  return dialectOf(isAnthropic ? 'messages' : 'chat')
}
