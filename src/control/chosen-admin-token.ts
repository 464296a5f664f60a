/** The admin API's token where somebody chose one. */
import type { Environment } from './build-snapshot.ts'

const SHORTEST_ADMIN_TOKEN = 16

/** @throws Error for people when the environment sets a token that must not or cannot serve; null when it sets none */
export function chosenAdminToken({ AICC_ADMIN_TOKEN: token }: Environment): string | null {
  if (!token) return null
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new Error('AICC_ADMIN_TOKEN holds spaces, line ends or other characters that no header carries')
  }
  if (token.length < SHORTEST_ADMIN_TOKEN) {
    throw new Error(
      `AICC_ADMIN_TOKEN has ${token.length} characters: fewer than ${SHORTEST_ADMIN_TOKEN} can be guessed. ` +
        'Set a longer one, or leave it out: the state folder has a good one',
    )
  }
  return token
}
