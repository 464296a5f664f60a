/** `backends.yaml`: where models live, and how far each place is trusted. */
import type { Several } from './rules.ts'
import type { Duration, EnvName, HostName, Name, SurfaceName } from './scalars.ts'
import type { PriceConfig, RateLimitsConfig } from './usage.ts'

/** A secret, named by the environment variable that holds it. */
export interface SecretFromEnv {
  env: EnvName
}

/** A model that a backend serves. */
export interface BackendModelConfig {
  /**
   * The model's id on the backend. Under the name `*` it must hold a `*`, which stands for what the name asked for had
   * in place of its own.
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
  /** What it takes beyond text. Left out, nothing is held against it. */
  supports?: ('tools' | 'vision' | 'json')[]
  /** Surfaces that it speaks by itself, where that is not what its backend does. */
  speaks?: Several<SurfaceName>
  /** Parameters that it does not honour, where those are not its backend's. */
  lacks?: ParameterName[]
  /** Trust in this model, where it differs from the backend's: LiteLLM may serve a local model beside one in the cloud. */
  zone?: Name
  /**
   * What it costs, or `none` for what costs nothing. Left out, a list of known models is asked, by id; for models of
   * more than the least trusted zone it is not.
   */
  price?: PriceConfig | 'none'
}

/**
 * A field of requests, as the backend calls it.
 * @pattern ^(?!(?:model|messages|input|prompt|stream)$)[a-z][a-z0-9_]{0,63}$
 */
export type ParameterName = string

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

interface AnyBackendConfig {
  /** How far it is trusted: one of `zones`. Left out, it is in the least trusted one; `demo` in the most trusted. */
  zone?: Name
  /** A mode that gates it while it is on. */
  mode?: Name
  /**
   * Most requests it works on at once, whichever of its models they want.
   * @asType integer
   * @minimum 1
   * @maximum 100000
   */
  maxConcurrent?: number
  /** Who waits when it works on so many; `off` = nobody does. */
  queue?: QueueConfig | 'off'
  /** How much it may be asked by all together. Counted once a request, whether it is asked first or later. */
  limits?: RateLimitsConfig
  /** The models it serves, by the name that `policy.yaml` uses; `*` for whatever it has. */
  models: Record<BackendModelName, BackendModelConfig>
}

/**
 * Requests that wait for a place at a backend with `maxConcurrent`: first come, first served within a client, and
 * clients take turns.
 */
export interface QueueConfig {
  /**
   * Most requests that wait.
   * @asType integer
   * @minimum 1
   * @maximum 10000
   * @default 16
   */
  size?: number
  /** Longest wait. It is part of the request's `total`. @default "30s" */
  wait?: Duration
}

/**
 * A name of ours, or `*`.
 * @pattern ^([A-Za-z0-9][A-Za-z0-9._:-]{0,63}|\*)$
 */
export type BackendModelName = string

interface HttpBackendConfig extends AnyBackendConfig {
  /**
   * Where it listens, such as `http://gpu-host:8000`. `/v1` is appended unless the URL has a path of its own.
   * @pattern ^https?://
   */
  url: string
  /** The key to send to it. */
  key?: SecretFromEnv
  /**
   * Surfaces that it speaks by itself. Left out, those that servers of its kind are known to speak; others are
   * translated where they can be.
   */
  speaks?: Several<SurfaceName>
  /**
   * Whether it keeps what requests can refer to later, such as the `previous_response_id` of a response. Without it such
   * requests are refused. @default false
   */
  keepsState?: boolean
  /**
   * Parameters that it does not honour, such as `temperature`. Left out, those that servers of its kind are known not to;
   * `[]` for none.
   */
  lacks?: ParameterName[]
  /**
   * What becomes of requests with such parameters. Values that ask for nothing, such as `n: 1`, do not count.
   * @default "drop"
   * @values {"drop": "They are sent without, and the header `x-aicc-lost` of the answer names what was left out.", "reject": "They go to another target, or are refused."}
   */
  unsupported?: 'drop' | 'reject'
  tls?: BackendTlsConfig
  /** How it is asked whether it is well; `off` leaves that to what happens to requests. */
  health?: HealthConfig | 'off'
  /** How it is woken when it does not answer: its requests then wait for it. */
  wake?: WakeConfig
  /** How long requests wait for it to wake. It is part of their `total`. @default "90s" */
  startsWithin?: Duration
  /**
   * Whether the gateway may ask, by `stream_options`, what a stream has used, where limits or budgets count that and the client
   * has not asked.
   * @default "ask"
   * @values {"ask": "Yes.", "off": "No: it refuses such requests. What streams use is estimated."}
   */
  streamUsage?: 'ask' | 'off'
}

/** Wake-on-LAN: a magic packet from the machine on which the gateway runs. */
export interface WakePacketConfig {
  /**
   * Address of its network card.
   * @pattern ^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$
   */
  mac: string
  /** Where the packet is sent: the broadcast address of its network. @default "255.255.255.255" */
  broadcast?: HostName
  /**
   * UDP port that it is sent to.
   * @asType integer
   * @minimum 1
   * @maximum 65535
   * @default 9
   */
  port?: number
}

/** An address that is called, such as that of a socket that can be switched. */
export interface WakeUrlConfig {
  /**
   * What is called; any status of 2xx will do.
   * @pattern ^https?://
   */
  url: string
  /** How it is called. @default "POST" */
  method?: 'GET' | 'POST'
}

export type WakeConfig = WakePacketConfig | WakeUrlConfig

/**
 * A probe. The control process asks, at the start and then only while there is traffic; a backend that is down is asked
 * until it is back.
 */
export interface HealthConfig {
  /**
   * Path at the backend's origin; any status but 2xx means that it is down. Left out, it is asked what servers of its
   * kind offer: `/v1/models` or `/health`, `/api/version`, `/health/liveliness`.
   * @pattern ^/
   */
  path?: string
  /** Time between two questions. @default "15s" */
  interval?: Duration
  /** How long an answer may take. @default "3s" */
  timeout?: Duration
}

/** Anything that speaks OpenAI's API: LM Studio, a hosted provider. */
export interface OpenAiBackendConfig extends HttpBackendConfig {
  /** Speaks OpenAI's API. */
  kind: 'openai'
}

/** Anthropic's API, or whoever speaks it. */
export interface AnthropicBackendConfig extends HttpBackendConfig {
  /** Speaks Anthropic's API. */
  kind: 'anthropic'
}

/** A vLLM server. */
export interface VllmBackendConfig extends HttpBackendConfig {
  /** vLLM. */
  kind: 'vllm'
}

/** llama.cpp's `llama-server`. */
export interface LlamaCppBackendConfig extends HttpBackendConfig {
  /** llama.cpp. */
  kind: 'llamacpp'
}

/** MLX's server, `mlx_lm.server`. */
export interface MlxBackendConfig extends HttpBackendConfig {
  /** MLX. */
  kind: 'mlx'
}

/**
 * A number with a unit, such as `30m`, or `forever`.
 * @pattern ^(forever|[0-9]+(\.[0-9]+)?(ms|s|m|h))$
 */
export type DurationOrForever = string

/** How Ollama runs a model. Chat goes to its own `/api/chat` then, as its OpenAI-compatible `/v1` knows none of this. */
export interface OllamaOptionsConfig {
  /**
   * Context window in tokens that is made room for, `num_ctx`.
   * @asType integer
   * @minimum 1
   * @maximum 1000000000
   */
  numCtx?: number
  /** How long the model stays loaded behind a request; `forever` until something else needs the room. */
  keepAlive?: DurationOrForever
  /**
   * Layers of the model on the GPU, `num_gpu`; 0 = it runs on the CPU.
   * @asType integer
   * @minimum 0
   * @maximum 1000
   */
  numGpu?: number
}

/** A model that an Ollama serves. */
export interface OllamaModelConfig extends BackendModelConfig {
  /** How it is run, where that is not what its backend says. */
  options?: OllamaOptionsConfig
}

/** Ollama: its OpenAI-compatible `/v1`, and its own `/api/chat` where there are `options`. */
export interface OllamaBackendConfig extends HttpBackendConfig {
  /** Ollama. */
  kind: 'ollama'
  /** How its models are run. */
  options?: OllamaOptionsConfig
  /** The models it serves, by the name that `policy.yaml` uses; `*` for whatever it has. */
  models: Record<BackendModelName, OllamaModelConfig>
}

/** A LiteLLM proxy. Its own retries and fallbacks are switched off per request: aicc owns them. */
export interface LiteLlmBackendConfig extends HttpBackendConfig {
  /** A LiteLLM proxy. */
  kind: 'litellm'
  /**
   * Whether it sends traces to Langfuse itself. Of requests with a label it is told to keep nothing in any case.
   * @default "apart"
   * @values {"apart": "It is told nothing of the gateway's traces.", "joined": "Yes, to the gateway's project: where the trace may hold text in full, it is told where its part belongs, and the cost counts there alone; else it is told to log nothing."}
   */
  traces?: 'apart' | 'joined'
}

/** An OpenCode server (`opencode serve`, 1.x). Ids of its models are `provider/model`. */
export interface OpenCodeBackendConfig extends HttpBackendConfig {
  /** An OpenCode server. */
  kind: 'opencode'
  /** `OPENCODE_SERVER_PASSWORD` of the server. */
  password?: SecretFromEnv
  /**
   * Who answers there: an agent of the server's configuration. Left out, it is the server's own choice.
   * @pattern ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$
   */
  agent?: string
}

/** The built-in toy model: deterministic, says what it is, needs no server. */
export interface DemoBackendConfig extends AnyBackendConfig {
  /** The built-in toy model. */
  kind: 'demo'
}

export type BackendConfig =
  | OpenAiBackendConfig
  | AnthropicBackendConfig
  | VllmBackendConfig
  | LlamaCppBackendConfig
  | MlxBackendConfig
  | OllamaBackendConfig
  | LiteLlmBackendConfig
  | OpenCodeBackendConfig
  | DemoBackendConfig

interface AnyModeConfig {
  /**
   * What gated backends answer meanwhile.
   * @default "force-only"
   * @values {"force-only": "Only requests that a rule with `force` sent.", "nothing": "Nothing at all."}
   */
  whenOn?: 'force-only' | 'nothing'
  /**
   * Backends that unload their models each time the mode goes on, so that the GPU is free: those of kind `ollama`, and
   * `llamacpp` in its router mode.
   */
  frees?: Name[]
}

/** A mode that people switch: `aicc mode NAME on`. */
export interface ManualModeConfig extends AnyModeConfig {
  /** People switch it. @default "manual" */
  kind?: 'manual'
}

/** What in a host's answer says that a mode is on. */
export interface ModeSignConfig {
  /**
   * The field that tells; `state.gaming` is the field `gaming` of the object `state`.
   * @minLength 1
   */
  field: string
  /** Its value while the mode is on; any other means off. @default true */
  equals?: string | number | boolean
}

/** A mode whose state a host tells: the control process asks it. */
export interface HttpSwitchModeConfig extends AnyModeConfig {
  /** A host tells whether it is on. */
  kind: 'http-switch'
  /**
   * Address that tells, by JSON.
   * @pattern ^https?://
   */
  status: string
  /**
   * What says that it is on. Left out, the answer is `true`, `false`, `"on"` or `"off"`, or an object with that in one of
   * `on`, `enabled`, `active`, `state`, `mode` or `status`.
   */
  on?: ModeSignConfig
  /**
   * Address that switches it: it gets a POST with `{"on": true}` or `{"on": false}`, and only when that would change
   * something. Left out, it is switched at the host alone.
   * @pattern ^https?://
   */
  toggle?: string
  /**
   * Address that frees the host: it gets a POST each time the mode goes on.
   * @pattern ^https?://
   */
  stopAll?: string
  /** The key to send to these addresses. */
  key?: SecretFromEnv
  /** Time between two questions. @default "10s" */
  interval?: Duration
  /** How long an answer may take. @default "3s" */
  timeout?: Duration
  /**
   * What holds while the host does not tell.
   * @default "keep"
   * @values {"keep": "What it said last.", "on": "The mode is on.", "off": "The mode is off."}
   */
  unknown?: 'keep' | 'on' | 'off'
}

/** A mode of operation that gates backends while it is on, such as gaming mode. */
export type ModeConfig = ManualModeConfig | HttpSwitchModeConfig

/** `backends.yaml`: where models live. */
export interface BackendsFile {
  /** Places where models live, by name. */
  backends: Record<Name, BackendConfig>
  /** Modes of operation that gate backends, by name. */
  modes?: Record<Name, ModeConfig>
}
