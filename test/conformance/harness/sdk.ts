/** The official client, over TLS with the gateway's CA. */
import { OpenAI } from 'openai'
import { Agent, fetch } from 'undici'
import type { Gateway } from './start-gateway.ts'

export interface Sdk {
  openai: OpenAI
  close: () => Promise<void>
}

export function createSdk(gateway: Gateway, apiKey: string = gateway.clientKey): Sdk {
  const dispatcher = new Agent({ connect: { ca: gateway.ca } })
  const openai = new OpenAI({
    apiKey,
    baseURL: `https://localhost:${gateway.run.https.port}/v1`,
    maxRetries: 0,
    fetch: fetch as unknown as typeof globalThis.fetch,
    fetchOptions: { dispatcher } as Record<string, unknown>,
  })
  return { openai, close: async () => await dispatcher.close() }
}
