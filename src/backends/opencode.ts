/**
 * An OpenCode server speaks an API of its own, which this version does not translate. The compiler warns of it;
 * what is sent here nevertheless fails as an attempt, so that a fallback takes over.
 */
import type { BackendBehaviour } from './kind.ts'

export const opencode: BackendBehaviour = {
  addedMembers: '',
  emptiedFields: [],
  labelledMembers: {},
  responseHeaders: [],
  respond: () =>
    Promise.resolve(
      Response.json({ error: { message: 'aicc cannot speak to OpenCode servers yet' } }, { status: 501 }),
    ),
}
