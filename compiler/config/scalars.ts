/**
 * The words of the policy language: strings with a form of their own. A folder of types, `config/` is what a person
 * writes in `policies/`; ts-json-schema-generator turns it into `schemas/*.json`, `validate/` holds the zod twin, and
 * a test holds the two to the same verdict.
 */

/**
 * A duration: a number and a unit, `ms`, `s`, `m` or `h`.
 * @pattern ^[0-9]+(\.[0-9]+)?(ms|s|m|h)$
 * @examples ["500ms", "30s", "10m"]
 */
export type Duration = string

/**
 * A duration, or `off`.
 * @pattern ^(off|[0-9]+(\.[0-9]+)?(ms|s|m|h))$
 * @examples ["10s", "off"]
 */
export type DurationOrOff = string

/**
 * A size in bytes: a number and a unit, `B`, `KiB`, `MiB`, `GiB` (powers of 1024) or `kB`, `MB`, `GB` (powers of 1000).
 * @pattern ^[0-9]+(\.[0-9]+)?(B|KiB|MiB|GiB|kB|MB|GB)$
 * @examples ["512KiB", "1MiB"]
 */
export type ByteSize = string

/**
 * A count per `s`, `min` or `h`, such as `60/min`.
 * @pattern ^[1-9][0-9]{0,8}/(s|min|h)$
 * @examples ["10/min"]
 */
export type Rate = string

/**
 * A calendar date or an instant, ISO 8601. A bare date means its start in UTC.
 * @pattern ^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2}))?$
 * @examples ["2027-01-31"]
 */
export type DateTime = string

/**
 * A name of ours: a letter or digit, then letters, digits, `.`, `_`, `:` and `-`; at most 64 characters.
 * @pattern ^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$
 */
export type Name = string

/**
 * Name of a label: like any other, but not `none`, which `relabel` takes for no label.
 * @pattern ^(?!none$)[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$
 */
export type LabelName = string

/**
 * Id of a rule, for logs, headers and tests: a name, but not `none`, which tests take for no rule.
 * @pattern ^(?!none$)[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$
 */
export type RuleId = string

/**
 * Id of a pattern: a name that is not one of the built-in causes of a label.
 * @pattern ^(?!(secrets|pii|client|unscanned|images|failed)$)[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$
 * @examples ["codename"]
 */
export type PatternId = string

/**
 * An API that is served.
 * @values {"chat": "Chat completions, `/v1/chat/completions`.", "completions": "Completions of a text, `/v1/completions`.", "embeddings": "Vectors of texts, `/v1/embeddings`.", "responses": "OpenAI's responses, `/v1/responses`.", "messages": "Anthropic's messages, `/v1/messages`.", "count-tokens": "How long a message is, `/v1/messages/count_tokens`.", "rerank": "Documents in the order of a query, `/v1/rerank`.", "transcriptions": "Speech to text, `/v1/audio/transcriptions`.", "translations": "Speech to English text, `/v1/audio/translations`.", "speech": "Text to speech, `/v1/audio/speech`.", "images": "Images from text, `/v1/images/generations`.", "moderations": "What is wrong with a text, `/v1/moderations`."}
 */
export type SurfaceName =
  | 'chat'
  | 'completions'
  | 'embeddings'
  | 'responses'
  | 'messages'
  | 'count-tokens'
  | 'rerank'
  | 'transcriptions'
  | 'translations'
  | 'speech'
  | 'images'
  | 'moderations'

/**
 * A model's name as clients write it: like a name, but `/` may stand in it, as in `openai/gpt-4o`; at most 128 characters.
 * @pattern ^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$
 * @examples ["fast", "openai/gpt-4o"]
 */
export type ModelName = string

/**
 * Why an attempt failed.
 * @values {"connect": "No connection, or one that died before a byte of the answer came.", "error": "A 5xx, an answer that makes no sense, or one that broke off before its content.", "rate-limit": "A 429.", "timeout": "No first token in time.", "context": "The prompt is too long for it.", "content-filter": "Refused for safety.", "auth": "It refuses the gateway's own key.", "busy": "The gateway's own queue for it is full."}
 */
export type FailureCauseName =
  | 'connect'
  | 'error'
  | 'rate-limit'
  | 'timeout'
  | 'context'
  | 'content-filter'
  | 'auth'
  | 'busy'

/**
 * Name of an environment variable.
 * @pattern ^[A-Za-z_][A-Za-z0-9_]*$
 */
export type EnvName = string

/**
 * A place where a model lives, as `backend/model`, or `backend/*` in a model whose name ends in `*`.
 * @pattern ^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}/([A-Za-z0-9][A-Za-z0-9._:-]{0,63}|\*)$
 * @examples ["gpu/coder", "litellm/*"]
 */
export type TargetPattern = string

/**
 * A host name or an address, without port; IPv6 without brackets.
 * @pattern ^([A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)$
 * @examples ["ai.example.com"]
 */
export type HostName = string

/**
 * A model's name, or the beginning of names followed by `*`, as in `openai/*`. The `*` stands for at least one character.
 * @pattern ^([A-Za-z0-9][A-Za-z0-9._:/-]{0,127}|[A-Za-z0-9][A-Za-z0-9._:/-]{0,126}\*|\*)$
 * @examples ["fast", "gpt-4*"]
 */
export type ModelPattern = string

/**
 * Where a rule sends a request: a model, an alias, or a place as `backend/model`.
 * @pattern ^[A-Za-z0-9][A-Za-z0-9._:/-]{0,128}$
 * @examples ["fast", "gpu/coder"]
 */
export type Destination = string

/**
 * A regular expression of JavaScript, without slashes; `(?i)`, `(?s)` or `(?m)` in front sets a flag. It must run in
 * linear time: no nested repetition that backtracks, no backreference, no look at more than one character around it.
 * @minLength 1
 * @maxLength 1000
 * @examples ["(?i)project\\s+hermes"]
 */
export type Regex = string

/**
 * Name of an HTTP header; case does not matter.
 * @pattern ^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$
 * @examples ["X-Force-Big"]
 */
export type HeaderName = string

/**
 * Name of an HTTP header that a trace sink is sent; those of the body and of the connection are the gateway's own.
 * @pattern ^(?!([Cc][Oo][Nn][Tt][Ee][Nn][Tt]-|[Hh][Oo][Ss][Tt]$|[Cc][Oo][Nn][Nn][Ee][Cc][Tt][Ii][Oo][Nn]$|[Tt][Rr][Aa][Nn][Ss][Ff][Ee][Rr]-))[A-Za-z0-9-]{1,64}$
 * @examples ["Authorization"]
 */
export type SinkHeaderName = string

/**
 * A time of day, 24 hours.
 * @pattern ^([01][0-9]|2[0-3]):[0-5][0-9]$
 * @examples ["22:30"]
 */
export type TimeOfDay = string

/**
 * A whole number per `s`, `min`, `h` or `day`, such as `200k/min`; `k` stands for 1000 and `M` for a million.
 * @pattern ^[1-9][0-9]{0,11}(k|M)?/(s|min|h|day)$
 * @examples ["200k/min"]
 */
export type TokenRate = string

/**
 * USD per `day` or `month`, such as `5/day`.
 * @pattern ^[0-9]{1,9}(\.[0-9]{1,4})?/(day|month)$
 * @examples ["5/day"]
 */
export type MoneyRate = string
