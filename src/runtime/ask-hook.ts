/** Hands a hook's call to the control process, which knows its token and does what it asks for. */
import type { Ports } from '../ports.ts'
import type { HookAnswer } from '../table/mattermost-hook.ts'
import { askControl, type ControlPost } from './control-post.ts'

/** Whoever calls waits 3 s; the control process answers earlier than this, whatever is still to do. */
const WITHIN_MS = 2600

export function createAskHook(post: ControlPost): Ports['hook'] {
  return async (call) => {
    try {
      const asked = { path: '/hooks/mattermost', body: call, withinMs: WITHIN_MS }
      const { status, text } = await askControl(post, asked)
      return status === 200 ? (JSON.parse(text) as HookAnswer) : null
    } catch {
      return null
    }
  }
}
