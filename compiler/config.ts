/**
 * The input language: what a person writes in `policies/*.yaml`.
 * ts-json-schema-generator turns these types and their comments into `schemas/*.json`;
 * `validate/` holds the zod twin, and a test holds the two to the same verdict.
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
 * A count per `s`, `min` or `h`.
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
 * A model's name as clients write it: like a name, but `/` may stand in it, as in `openai/gpt-4o`; at most 128 characters.
 * @pattern ^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$
 * @examples ["fast", "openai/gpt-4o"]
 */
export type ModelName = string

/**
 * Name of an environment variable.
 * @pattern ^[A-Za-z_][A-Za-z0-9_]*$
 */
export type EnvName = string

/**
 * A place where a model lives, as `backend/model`.
 * @pattern ^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}/[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$
 * @examples ["gpu/coder"]
 */
export type TargetName = string

/**
 * A host name or an address, without port; IPv6 without brackets.
 * @pattern ^([A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)$
 * @examples ["ai.example.com"]
 */
export type HostName = string

/** A secret, named by the environment variable that holds it. */
export interface SecretFromEnv {
  env: EnvName
}

/**
 * How long to wait, and for what. A model takes what it leaves out from `policy.yaml`'s own `timeouts`, then from the
 * defaults; what it takes from there is cut to its `total` where that is shorter.
 */
export interface TimeoutsConfig {
  /** Until a TCP connection to the backend stands. @default "3s" */
  connect?: Duration
  /** Streaming: until the first event with content. A model that must load first wants more. @default "60s" */
  firstToken?: Duration
  /** Longest gap between two chunks of an answer, and longest time a client may take none. @default "30s" */
  idle?: Duration
  /** The whole request. @default "10m" */
  total?: Duration
}

// ---- backends.yaml

/** A model that a backend serves. */
export interface BackendModelConfig {
  /**
   * The model's id on the backend.
   * @minLength 1
   */
  id: string
  /**
   * Context window in tokens.
   * @asType integer
   * @minimum 1
   * @maximum 1000000000
   */
  context?: number
}

/** How the backend's certificate is judged, for `https` URLs. */
export interface BackendTlsConfig {
  /**
   * Path of a PEM file with the CA to trust in place of the public ones, relative to the policies folder.
   * @minLength 1
   */
  ca?: string
  /** Name expected in the certificate, if it is not the URL's host. */
  serverName?: HostName
}

interface HttpBackendConfig {
  /**
   * Where it listens, such as `http://gpu-host:8000`. `/v1` is appended unless the URL has a path of its own.
   * @pattern ^https?://
   */
  url: string
  /** The key to send to it. */
  key?: SecretFromEnv
  tls?: BackendTlsConfig
  /** The models it serves, by the name that `policy.yaml` uses. */
  models: Record<Name, BackendModelConfig>
}

/** Anything that speaks OpenAI's API: vLLM, llama.cpp, LM Studio, a hosted provider. */
export interface OpenAiBackendConfig extends HttpBackendConfig {
  kind: 'openai'
}

/** Ollama, through its OpenAI-compatible `/v1`. */
export interface OllamaBackendConfig extends HttpBackendConfig {
  kind: 'ollama'
}

/** A LiteLLM proxy. Its own retries and fallbacks are switched off per request: aicc owns them. */
export interface LiteLlmBackendConfig extends HttpBackendConfig {
  kind: 'litellm'
}

/** The built-in toy model: deterministic, says what it is, needs no server. */
export interface DemoBackendConfig {
  kind: 'demo'
  models: Record<Name, BackendModelConfig>
}

export type BackendConfig =
  | OpenAiBackendConfig
  | OllamaBackendConfig
  | LiteLlmBackendConfig
  | DemoBackendConfig

/** `backends.yaml`: where models live. */
export interface BackendsFile {
  backends: Record<Name, BackendConfig>
}

// ---- policy.yaml

/** A model as clients see it. */
export interface ModelConfig {
  /**
   * Where it is served; tried in order until one answers.
   * @minItems 1
   */
  targets: TargetName[]
  timeouts?: TimeoutsConfig
  /** Silence after which a stream gets a keep-alive comment, or `off`. From then on a failure is an error frame in a 200. @default "10s" */
  keepAlive?: DurationOrOff
}

/** Where the gateway listens. Flags and environment variables override it. */
export interface ListenConfig {
  /** `address:port` for HTTPS, or `off`. @default "0.0.0.0:8443" */
  https?: string
  /** `address:port` for plain HTTP, or `off`. Beyond loopback it also needs `--expose-http`. @default "127.0.0.1:4000" */
  http?: string
  /** Host names to answer to besides the machine's own names and addresses. */
  names?: HostName[]
}

export interface LimitsConfig {
  /** Largest request body. @default "10MiB" */
  body?: ByteSize
  /** Until the last byte of a request body. @default "30s" */
  bodyTimeout?: Duration
  /** Largest request header block. @default "32KiB" */
  headers?: ByteSize
  /**
   * Most request headers.
   * @asType integer
   * @minimum 1
   * @maximum 1000
   * @default 100
   */
  headerCount?: number
  /** Wrong keys from one address before it is answered 429. @default "10/min" */
  failedKeys?: Rate
}

/** Browsers of other origins; closed unless named here. */
export interface CorsConfig {
  /** Exact origins, such as `https://chat.example.com`. */
  origins: string[]
  /** How long a browser may keep a preflight's answer. @default "10m" */
  maxAge?: Duration
}

/** `policy.yaml`: the names clients see and where they lead. */
export interface PolicyFile {
  listen?: ListenConfig
  limits?: LimitsConfig
  timeouts?: TimeoutsConfig
  cors?: CorsConfig
  /** The names clients may ask for. */
  models: Record<ModelName, ModelConfig>
  /** Other names for models or aliases. */
  aliases?: Record<ModelName, ModelName>
}

// ---- clients.yaml

interface KeyLifetime {
  /** Since when the key is deprecated: it works, is logged, and answers carry a `Deprecation` header. */
  deprecated?: DateTime
  /** From when on the key is refused with 403. */
  expires?: DateTime
}

/** A key whose value an environment variable holds. */
export interface EnvKeyConfig extends KeyLifetime {
  env: EnvName
}

/** A key known by its SHA-256 only; `aicc keys new` makes one. */
export interface HashedKeyConfig extends KeyLifetime {
  /** @pattern ^[0-9a-f]{64}$ */
  sha256: string
}

/** @minItems 1 */
export type ClientModels = ModelName[]

export interface ClientConfig {
  /**
   * Several keys allow rotation.
   * @minItems 1
   */
  keys: (EnvKeyConfig | HashedKeyConfig)[]
  /** Names it may ask for, or `*` for all. A model's aliases are granted with it. */
  models: '*' | ClientModels
}

/** `clients.yaml`: who may call. */
export interface ClientsFile {
  clients: Record<Name, ClientConfig>
}
