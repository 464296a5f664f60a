/**
 * A LiteLLM proxy. Retries and fallbacks have one owner, the gateway: LiteLLM's own are switched off
 * per request, or a failure would be tried a product of times and could leave the policy's route.
 */
import type { BackendBehaviour } from './kind.ts'

export const litellm: BackendBehaviour = {
  addedMembers: '"num_retries":0,"disable_fallbacks":true',
  // LiteLLM reads routing tags, callbacks and their keys from it.
  emptiedFields: ['metadata'],
  // Without these its callbacks log the request, and its cache keeps the answer.
  labelledMembers: { 'no-log': 'true', cache: '{"no-cache":true,"no-store":true}' },
  // A form's `no-log` is a text, where it wants `true`.
  discreetForm: { 'x-litellm-enable-message-redaction': 'true' },
  costHeader: 'x-litellm-response-cost',
  responseHeaders: ['x-litellm-call-id', 'x-litellm-response-cost', 'x-litellm-version'],
}
