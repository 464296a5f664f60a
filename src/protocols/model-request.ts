/**
 * Body bytes → the few fields that routing needs. Everything else stays as it came, byte for byte.
 */
import { GatewayError } from '../errors.ts'
import type { FormPart } from './form-body.ts'
import { type JsonObject, parseJsonObject, replaceValues } from './json-object.ts'

export interface ModelRequest {
  body: JsonObject
  model: string
  stream: boolean
  /** What came as a form; left out = it came as JSON. */
  form?: readonly FormPart[]
}

/**
 * Fields by which an OpenAI-compatible server would let a caller choose the upstream, its key or its
 * retries (LiteLLM's CVE-2024-6587 sent the provider's key to the caller's host). They belong to the
 * policy, so a request that carries one is refused rather than forwarded. So are those by which LiteLLM would fetch a
 * stored prompt or documents, call tools, leave guards out or send to observers: what it adds nobody has looked at. And
 * those by which OpenRouter would ask other models, and vLLM and SGLang other hosts for what they keep of a prompt.
 */
const FORBIDDEN = new Set([
  'allowed_openai_params',
  'azure',
  'client_id',
  'client_secret',
  'configurable_clientside_auth_params',
  'credentials',
  'custom_prompt_dict',
  'deployment',
  'disable_global_guardrails',
  'fastest_response',
  'guardrail_config',
  'guardrails',
  'hf_model_name',
  'kv_transfer_params',
  'max_fallbacks',
  'mcp_servers',
  'model_config',
  'model_info',
  'models',
  'no_log',
  'preset',
  'prompt_environment',
  'prompt_id',
  'prompt_label',
  'prompt_variables',
  'prompt_version',
  'provider_specific_header',
  'region_name',
  'retry_policy',
  'retry_strategy',
  'route',
  'routing_strategy',
  'search_tool_name',
  'silent_model',
  'spend_logs_metadata',
  'ssl_verify',
  'tag_regex',
  'tags',
  'tenant_id',
  'turn_off_message_logging',
  'use_in_pass_through',
  'use_litellm_proxy',
  'vector_store_ids',
  'allowed_model_region',
  'api_base',
  'api_key',
  'api_type',
  'api_version',
  'callbacks',
  'base_model',
  'base_url',
  'client',
  'context_window_fallback_dict',
  'custom_llm_provider',
  'default_headers',
  'deployment_id',
  'disable_fallbacks',
  'extra_body',
  'extra_headers',
  'extra_query',
  'fallbacks',
  'headers',
  'max_retries',
  'model_list',
  'no-log',
  'num_retries',
  'organization',
  'provider',
  'proxy',
  'request_timeout',
  'router_settings',
  'specific_deployment',
  'success_callback',
  'failure_callback',
  'user_config',
])
const FORBIDDEN_PREFIXES = [
  'adaptive_router_',
  'anthropic_federation',
  'anthropic_identity_',
  'anthropic_issuer_',
  'anthropic_keycloak_',
  'anthropic_service_',
  'arize_',
  'auto_router_',
  'bedrock_',
  'bootstrap_',
  'complexity_router_',
  'dd_',
  'humanloop_',
  'newrelic_',
  'openai_federation',
  'openai_identity_',
  'openai_service_',
  'posthog_',
  'quality_router_',
  'signoz_',
  'wandb_',
  'weave_',
  'aws_',
  'azure_',
  'gcs_',
  'langfuse_',
  'langsmith_',
  'litellm_',
  'mock_',
  's3_',
  'sagemaker_',
  'vertex_',
  'watsonx_',
]

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * @param defaultModel what it asks for where it names no model; undefined = that is refused
 * @throws GatewayError invalid_utf8, invalid_json, duplicate_key, invalid_field, field_not_allowed (400)
 */
export function parseModelRequest(bytes: Uint8Array, defaultModel?: string): ModelRequest {
  let text: string
  try {
    text = decoder.decode(bytes)
  } catch {
    throw new GatewayError('invalid_utf8', 'The body is not valid UTF-8.')
  }
  const body = parseJsonObject(text)
  return toModelRequest(defaultModel === undefined ? body : naming(body, defaultModel))
}

/** As if the client had written the name. Some libraries write `null` for what they leave out. */
function naming(body: JsonObject, name: string): JsonObject {
  const { model } = body.value
  const json = JSON.stringify(name)
  if (model === null) return parseJsonObject(replaceValues(body, new Map([['model', json]])))
  if (model !== undefined) return body
  const inner = body.text.slice(body.text.indexOf('{') + 1)
  return parseJsonObject(`{"model":${json}${body.spans.size === 0 ? '' : ','}${inner}`)
}

/** @throws GatewayError invalid_field, field_not_allowed (400) */
export function toModelRequest(body: JsonObject): ModelRequest {
  for (const key of body.spans.keys()) {
    if (FORBIDDEN.has(key) || hasForbiddenPrefix(key)) {
      throw new GatewayError('field_not_allowed', `\`${key}\` is for the policy to say, not for a request.`, {
        param: key,
      })
    }
  }
  const { model, stream } = body.value
  if (model === undefined) {
    throw new GatewayError('invalid_field', '`model` is missing: say which one is asked for.', {
      param: 'model',
    })
  }
  if (typeof model !== 'string' || model === '') {
    throw new GatewayError('invalid_field', '`model` must be a non-empty string.', { param: 'model' })
  }
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean') {
    throw new GatewayError('invalid_field', '`stream` must be a boolean.', { param: 'stream' })
  }
  return { body, model, stream: stream === true }
}

function hasForbiddenPrefix(key: string): boolean {
  // By index: until V8 optimizes to the utmost, which at half load it hardly ever does, `of` makes an object for each step.
  for (let i = 0; i < FORBIDDEN_PREFIXES.length; i += 1)
    if (key.startsWith(FORBIDDEN_PREFIXES[i]!)) return true
  return false
}
