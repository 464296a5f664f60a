/**
 * A request as a test case or `aicc explain` describes it → what a client would send.
 */
import type { RouteTable, Surface } from '../../src/table/route-table.ts'
import { SURFACE_TRAITS } from '../../src/table/surfaces.ts'
import type { TestRequestConfig } from '../config/tests.ts'
import { createTokenCount } from './create-token-count.ts'
import type { SimulatedRequest } from './simulate.ts'

/** Text that fills a request where only its size matters. */
const FILLER = 'word '

/** Characters that no tokenizer needs for one token: beyond that, no filling helps. */
const MAX_CHARACTERS_PER_TOKEN = 16

export function toRequest(
  { client, surface = 'chat', headers = {}, tokens, ...texts }: TestRequestConfig & { client: string },
  table: RouteTable,
): SimulatedRequest {
  const bodyWith = (prompt: string | undefined): string =>
    toBody(surface, prompt === undefined ? texts : { ...texts, prompt })
  const prompt = tokens === undefined ? texts.prompt : fill(texts.prompt, tokens)
  return { client, surface, headers, body: bodyWith(prompt) }

  /** The shortest repetition of a text with which the request has so many tokens. */
  function fill(text: string | undefined, wanted: number): string {
    const filler = text === undefined || text === '' ? FILLER : text
    const cut = (length: number): string =>
      filler.repeat(Math.ceil(length / filler.length)).slice(0, Math.max(length, text?.length ?? 0))
    const count = createTokenCount(table, surface)
    const suffices = (length: number): boolean => count(bodyWith(cut(length))) >= wanted
    let [enough, most] = [wanted, wanted * MAX_CHARACTERS_PER_TOKEN]
    while (enough < most && !suffices(enough)) enough = Math.min(most, enough * 2)
    let short = 0
    while (short + 1 < enough) {
      const middle = Math.floor((short + enough) / 2)
      if (suffices(middle)) enough = middle
      else short = middle
    }
    return cut(enough)
  }
}

type Texts = Pick<TestRequestConfig, 'model' | 'prompt' | 'system' | 'messages' | 'body'>

/** `body` wins over what the other fields make, field by field. What is not said is left out. */
function toBody(surface: Surface, { model, prompt, system, messages, body }: Texts): string {
  const named = model === undefined ? {} : { model }
  return JSON.stringify({ ...named, ...textOf(surface, { prompt, system, messages }), ...body })
}

/** The field that holds the text, as the surface calls it. */
function textOf(surface: Surface, texts: { [K in keyof Texts]?: Texts[K] | undefined }): object {
  const { prompt, system, messages = [] } = texts
  const { turns, system: asides, prompts } = SURFACE_TRAITS[surface]
  if (turns === null) {
    const text = [system, prompt].filter((part) => part !== undefined).join('\n')
    return { [prompts[0] ?? 'prompt']: text }
  }
  const [aside] = asides
  const own = aside === undefined || system === undefined ? {} : { [aside]: system }
  const first = aside !== undefined || system === undefined ? [] : [{ role: 'system', content: system }]
  const last = prompt === undefined ? [] : [{ role: 'user', content: prompt }]
  return { ...own, [turns]: [...first, ...messages, ...last] }
}
