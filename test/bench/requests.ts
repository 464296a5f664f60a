/**
 * The bodies that are sent. Standard fields steer the mock, because gateways drop fields they do not know.
 */
export const MODEL = 'bench'

const WORDS = 'The quick brown fox jumps over the lazy dog while the band plays on and the rain falls. '

/** A prompt of that many bytes. */
export function prompt(bytes: number): string {
  return WORDS.repeat(Math.ceil(bytes / WORDS.length)).slice(0, bytes)
}

export function plainBody(promptBytes: number): string {
  return JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: prompt(promptBytes) }] })
}

export interface StreamShape {
  promptBytes: number
  frames: number
  /** Frames per second; 0 = as fast as they are taken. */
  fps: number
}

export function streamBody({ promptBytes, frames, fps }: StreamShape): string {
  return JSON.stringify({
    model: MODEL,
    stream: true,
    max_tokens: frames,
    user: `fps=${fps}`,
    messages: [{ role: 'user', content: prompt(promptBytes) }],
  })
}
