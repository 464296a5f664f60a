/** What differs between kinds of backend, as data: one file per kind, one registry. */
import type { BackendRequest, Ports } from '../ports.ts'
import type { Backend, BackendKind } from '../table/route-table.ts'
import { anthropic } from './anthropic.ts'
import { demo } from './demo.ts'
import { litellm } from './litellm.ts'
import { llamacpp } from './llamacpp.ts'
import { mlx } from './mlx.ts'
import { ollama } from './ollama.ts'
import { openai } from './openai.ts'
import { opencode } from './opencode/opencode.ts'
import { vllm } from './vllm.ts'

export interface BackendBehaviour {
  /** Fields added to every request body, as JSON members without braces; empty for none. */
  addedMembers: string
  /** Top-level fields whose value is replaced by `{}`: the server would take instructions from them. */
  emptiedFields: readonly string[]
  /** Top-level fields that a request with a label gets, as JSON: they tell the server to keep nothing of it. */
  labelledMembers: Readonly<Record<string, string>>
  /**
   * Headers by which it is asked to leave the text of a form out of what it logs: the fields of a form are texts, and say
   * none of the above. Left out, there are none.
   */
  discreetForm?: Readonly<Record<string, string>>
  /** It fails by 404, and says why: that is no word on a path or a model which is not there. */
  failsBy404?: true
  /** Top-level fields that it knows by another name. */
  renames?: Readonly<Record<string, string>>
  /** Likewise, of requests that a translation has made, by the origin at which it is asked. */
  translatedRenames?: (origin: string | null) => Readonly<Record<string, string>>
  /** Response headers passed on to the client besides the common ones, lower case. */
  responseHeaders: readonly string[]
  /** Response header in which it tells what the request has cost, in USD. */
  costHeader?: string
  /**
   * Headers of a client that speaks what it speaks, lower case, and what of each is handed on to it; null = nothing. What is
   * in a header is read by no guard, so it must be of a narrow form.
   */
  handedOn?: Readonly<Record<string, (value: string) => string | null>>
  /** Makes the answer itself, from none or several calls of the backend; otherwise one call is the answer. */
  respond?: (request: BackendRequest, host: BackendHost) => Promise<Response>
}

/** The one backend that is asked. */
export interface BackendHost {
  backend: Backend
  /** @throws as Ports.backendFetch does */
  fetch: (request: BackendRequest) => Promise<Response>
  defer: Ports['defer']
}

export const BACKEND_KINDS: Record<BackendKind, BackendBehaviour> = {
  openai,
  anthropic,
  vllm,
  llamacpp,
  mlx,
  ollama,
  litellm,
  opencode,
  demo,
}
