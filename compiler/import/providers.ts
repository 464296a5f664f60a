/**
 * LiteLLM's providers that can be reached without LiteLLM: they document an API that is compatible with OpenAI's, with
 * bearer keys. All others stay behind a LiteLLM proxy.
 */
import type { BackendConfig } from '../config/backends.ts'

export interface Provider {
  kind: Exclude<BackendConfig['kind'], 'demo' | 'opencode'>
  /** Null when it is wherever `api_base` says. */
  url: string | null
  /** The variable from which LiteLLM takes a key that the configuration does not name. */
  keyEnv: string | null
}

const openai = (url: string | null, keyEnv: string | null): Provider => ({ kind: 'openai', url, keyEnv })

const PROVIDERS: ReadonlyMap<string, Provider> = new Map([
  ['openai', openai('https://api.openai.com/v1', 'OPENAI_API_KEY')],
  ['text-completion-openai', openai('https://api.openai.com/v1', 'OPENAI_API_KEY')],
  ['custom_openai', openai(null, null)],
  ['openai_like', openai(null, null)],
  ['hosted_vllm', openai(null, null)],
  ['lm_studio', openai(null, null)],
  ['llamafile', openai(null, null)],
  ['cerebras', openai('https://api.cerebras.ai/v1', 'CEREBRAS_API_KEY')],
  ['deepinfra', openai('https://api.deepinfra.com/v1/openai', 'DEEPINFRA_API_KEY')],
  ['deepseek', openai('https://api.deepseek.com/v1', 'DEEPSEEK_API_KEY')],
  ['fireworks_ai', openai('https://api.fireworks.ai/inference/v1', 'FIREWORKS_API_KEY')],
  ['groq', openai('https://api.groq.com/openai/v1', 'GROQ_API_KEY')],
  ['mistral', openai('https://api.mistral.ai/v1', 'MISTRAL_API_KEY')],
  ['moonshot', openai('https://api.moonshot.ai/v1', 'MOONSHOT_API_KEY')],
  ['nvidia_nim', openai('https://integrate.api.nvidia.com/v1', 'NVIDIA_NIM_API_KEY')],
  ['openrouter', openai('https://openrouter.ai/api/v1', 'OPENROUTER_API_KEY')],
  ['sambanova', openai('https://api.sambanova.ai/v1', 'SAMBANOVA_API_KEY')],
  ['together_ai', openai('https://api.together.ai/v1', 'TOGETHER_API_KEY')],
  ['xai', openai('https://api.x.ai/v1', 'XAI_API_KEY')],
  ['ollama', { kind: 'ollama', url: 'http://localhost:11434', keyEnv: null }],
  ['ollama_chat', { kind: 'ollama', url: 'http://localhost:11434', keyEnv: null }],
  ['litellm_proxy', { kind: 'litellm', url: null, keyEnv: null }],
])

export interface ProviderModel {
  /** Null for one that is only reached through LiteLLM. */
  provider: Provider | null
  name: string
  /** The model's id there. */
  id: string
}

/** Takes `groq/llama-3.1` apart as LiteLLM does. A bare name belongs to OpenAI where it begins like one of theirs. */
export function providerOf(model: string, custom: unknown): ProviderModel {
  const slash = model.indexOf('/')
  const prefix = slash === -1 ? '' : model.slice(0, slash)
  if (typeof custom === 'string') {
    const id = prefix === custom ? model.slice(slash + 1) : model
    return { provider: PROVIDERS.get(custom) ?? null, name: custom, id }
  }
  if (slash !== -1)
    return { provider: PROVIDERS.get(prefix) ?? null, name: prefix, id: model.slice(slash + 1) }
  const known = /^(gpt-|chatgpt-|o[1-9](-|$)|text-embedding-|davinci|babbage)/.test(model)
  return {
    provider: known ? (PROVIDERS.get('openai') ?? null) : null,
    name: known ? 'openai' : 'unknown',
    id: model,
  }
}
