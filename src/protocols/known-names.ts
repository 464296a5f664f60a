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
    'image_url url detail input_audio data format file file_data refusal encoding_format dimensions',
)

/** Fields whose value names a kind. */
export const KIND_FIELDS: ReadonlySet<string> = words('role type format detail object')

export const KNOWN_KINDS: ReadonlySet<string> = words(
  'system developer user assistant tool function text refusal thinking reasoning custom message ' +
    'image image_url input_text output_text input_image input_audio input_file tool_use tool_result tool_call ' +
    'audio audio_url video video_url file document base64 url wav mp3 pcm16 flac opus aac png jpeg webp gif pdf ' +
    'low high auto none required object array string number integer boolean null json json_object json_schema grammar ' +
    'date time date-time duration email uri uuid hostname ipv4 ipv6 regex float double int32 int64 byte binary ephemeral',
)

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '))
}
