/** Error bodies in the shapes that servers really send; they disagree on almost every field. */

/** vLLM: an integer code and a class name as type. */
export const VLLM_ERROR: unknown = {
  error: { message: 'max_tokens is too large', type: 'BadRequestError', param: 'max_tokens', code: 400 },
}
/** llama.cpp: an integer code and no param. */
export const LLAMA_CPP_ERROR: unknown = {
  error: { code: 400, message: 'invalid grammar', type: 'invalid_request_error' },
}
/** Ollama's /v1: null where others have a string. */
export const OLLAMA_ERROR: unknown = {
  error: { message: 'model runner has stopped', type: 'api_error', param: null, code: null },
}
/** LiteLLM: the string "None" and a code that is a string of digits. */
export const LITELLM_ERROR: unknown = {
  error: { message: 'litellm.BadRequestError: bad', type: 'None', param: 'None', code: '400' },
}
/** mlx_lm: a bare string. */
export const MLX_ERROR: unknown = { error: 'unsupported parameter' }
/** FastAPI's own validation. */
export const FASTAPI_ERROR: unknown = { detail: 'body.messages: field required' }
/** OpenAI itself. */
export const OPENAI_ERROR: unknown = {
  error: {
    message: 'maximum context length is 8192 tokens',
    type: 'invalid_request_error',
    param: 'messages',
    code: 'context_length_exceeded',
  },
}
