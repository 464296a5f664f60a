/**
 * Names that the protocol itself gives, as fields or as kinds. Text guards do not look at them, or a pattern that finds
 * one would find all requests; whatever else stands in their place is text like any other.
 */

export const KNOWN_KEYS: ReadonlySet<string> = words(
  'model messages role content name type text tools tool_choice tool_calls tool_call_id function functions ' +
    'function_call arguments id description parameters properties required strict additionalProperties enum items ' +
    'anyOf default minimum maximum prompt suffix input stream stream_options include_usage temperature top_p top_k min_p n ' +
    'stop seed user max_tokens max_completion_tokens presence_penalty frequency_penalty repetition_penalty logit_bias ' +
    'logprobs top_logprobs response_format json_schema schema parallel_tool_calls reasoning_effort metadata store ' +
    'image_url url detail input_audio data format file file_data refusal encoding_format dimensions ' +
    // Anthropic's messages.
    'system input_schema thinking budget_tokens stop_sequences service_tier source media_type tool_use_id is_error ' +
    'cache_control ttl signature citations title context user_id disable_parallel_tool_use output_config effort ' +
    'output_format context_management edits enabled display ' +
    // OpenAI's responses.
    'instructions max_output_tokens include reasoning summary verbosity truncation background previous_response_id ' +
    'conversation prompt_cache_key safety_identifier call_id output status encrypted_content annotations filename ' +
    'file_url mode max_tool_calls phase ' +
    // The small ones.
    'query documents top_n return_documents max_tokens_per_doc voice speed stream_format response_format language ' +
    'timestamp_granularities size quality style output_compression moderation partial_images',
)

/** Fields whose value names a kind. */
export const KIND_FIELDS: ReadonlySet<string> = words('role type format detail object status')

export const KNOWN_KINDS: ReadonlySet<string> = words(
  'system developer user assistant tool function text refusal thinking reasoning custom message ' +
    'image image_url input_text output_text input_image input_audio input_file tool_use tool_result tool_call ' +
    'audio audio_url video video_url file document base64 url wav mp3 pcm16 flac opus aac png jpeg webp gif pdf ' +
    'low high auto none required object array string number integer boolean null json json_object json_schema grammar ' +
    'redacted_thinking search_result enabled disabled adaptive any content summary_text reasoning_text function_call ' +
    'function_call_output custom_tool_call custom_tool_call_output item_reference allowed_tools completed in_progress ' +
    'incomplete url_citation ' +
    'date time date-time duration email uri uuid hostname ipv4 ipv6 regex float double int32 int64 byte binary ephemeral',
)

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '))
}
