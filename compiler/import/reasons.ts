/**
 * Why something of a LiteLLM configuration has no counterpart here.
 */
import type { SourcePath } from './source.ts'

/** The first whose pattern is found in the path decides. */
const REASONS: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/\.(timeout|stream_timeout|request_timeout)$/, 'a timeout is from a millisecond to an hour'],
  [/\.(weight|order)$/, 'it is no number that can be used here'],
  [/_cost_per_token$/, 'a price here is one for input and one for output'],
  [/^(environment_variables|include)\b/, 'put variables into `.env`; a policy is three files of its own'],
  [
    /^model_list\.\d+\.litellm_params\.(rpm|tpm|max_parallel_requests)$/,
    'there is no limit per target: backends, models and clients have `limits`',
  ],
  [
    /^model_list\.\d+\.litellm_params\.(temperature|top_p|top_k|max_tokens|max_completion_tokens|seed|reasoning_effort|presence_penalty|frequency_penalty)$/,
    'a rule sets parameters: `set: { … }`',
  ],
  [
    /^model_list\.\d+\.litellm_params\.(num_retries|max_retries)$/,
    '`retry` is of a model, not of one of its targets',
  ],
  [
    /^model_list\.\d+\.litellm_params\./,
    'backends take an address, a key and TLS; nothing else is sent along',
  ],
  [
    /^model_list\.\d+\.model_info\.supports_/,
    '`supports` wants all three: supports_function_calling, supports_vision and supports_response_schema',
  ],
  [/^model_list\.\d+\.model_info\b/, 'nothing here asks for it'],
  [
    /\.(max_retries|retry_after|retry_policy|model_group_retry_policy|max_fallbacks)\b/,
    '`retry` of `policy.yaml` or of a model says how often and after what waits',
  ],
  [
    /\.(allowed_fails|allowed_fails_policy|cooldown_time|disable_cooldowns)\b/,
    '`breaker` of `policy.yaml` says when a place that fails is left alone, and for how long',
  ],
  [/\.(redis_|cache)/, 'not kept in this version: `cache` of `policy.yaml` is proved only'],
  [
    /\.(callbacks|success_callback|failure_callback|service_callbacks|langfuse|turn_off_message_logging|redact_)/,
    '`trace` of `policy.yaml` says where traces may go',
  ],
  [/\.(guardrails|guardrail)\b|^guardrails\b/, '`classify` and rules of `policy.yaml` take their place'],
  [
    /\.(routing_strategy|routing_strategy_args|enable_pre_call_checks|enable_tag_filtering)\b/,
    '`balance` is round-robin, ordered, weighted, least-busy, peak-ewma or prefix',
  ],
  [
    /\.(max_budget|budget_duration|max_internal_user_budget|default_team_settings|provider_budget_config)\b/,
    'a client has `budget` and `limits`',
  ],
  [
    /\.(database_|store_|alerting|ui_|proxy_|admin|disable_|public_routes|allowed_routes|custom_auth|litellm_key_header_name|key_management)/,
    'clients are listed in `clients.yaml`; there is no database',
  ],
  [
    /\.(drop_params|modify_params|set_verbose|json_logs|log_raw_request|add_function_to_prompt)\b/,
    'requests are passed on as they are',
  ],
]

export function reasonFor(path: SourcePath): string {
  const text = path.join('.')
  return REASONS.find(([pattern]) => pattern.test(text))?.[1] ?? 'there is nothing like it here'
}
