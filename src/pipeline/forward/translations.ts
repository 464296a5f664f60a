/** What a request becomes for backends that speak another protocol: made once for each, however often it is sent. */
import { GatewayError } from '../../errors.ts'
import type { ModelRequest } from '../../protocols/model-request.ts'
import type { TranslatedRequest } from '../../protocols/translate/translation.ts'
import type { FallbackStep } from '../../table/decision.ts'
import type { Target } from '../../table/route-table.ts'
import type { BodyChanges } from '../route/body-changes.ts'
import { type Asking, type Way, wayTo } from './way-to.ts'

export interface Translations {
  /**
   * `model` is to be set to the target's.
   * @throws GatewayError invalid_field, not_translatable (400)
   */
  by: (way: Way) => TranslatedRequest
}

export function createTranslations({ body }: ModelRequest, changes: BodyChanges | null): Translations {
  const made = new Map<Way, TranslatedRequest>()
  const source = changed(body.value, changes)
  return {
    by(way) {
      let translated = made.get(way)
      if (translated === undefined) {
        if (way.translation === null) throw new Error('nothing to translate')
        translated = way.translation.request(source)
        made.set(way, translated)
      }
      return translated
    },
  }
}

/** The body's value as rules and redaction have left it. */
function changed(value: Record<string, unknown>, changes: BodyChanges | null): Record<string, unknown> {
  if (changes === null) return value
  const replaced = [...changes.replaced].map(([key, json]): [string, unknown] => [key, JSON.parse(json)])
  return { ...value, ...Object.fromEntries(replaced), ...membersOf(changes.added) }
}

/** @param members JSON members without braces */
export function membersOf(members: string): Record<string, unknown> {
  return JSON.parse(`{${members}}`) as Record<string, unknown>
}

export interface Targets {
  pool: readonly Target[]
  fallback: readonly FallbackStep[]
}

export interface Translatable extends Targets {
  /** Null where all targets speak what the client speaks. */
  translations: Translations | null
}

export interface Sending extends Asking {
  request: ModelRequest
  changes: BodyChanges | null
}

/**
 * The targets that can be told all that the request means, and, where the model is `lossless`, all that it says.
 * @throws GatewayError why there is none: invalid_field, not_translatable, translation_lossy (400)
 */
export function translatable(targets: Targets, sending: Sending): Translatable {
  const isNative = (target: Target): boolean => wayTo(target, sending).translation === null
  if (targets.pool.every(isNative) && targets.fallback.every(({ target }) => isNative(target))) {
    return { ...targets, translations: null }
  }
  const translations = createTranslations(sending.request, sending.changes)
  const refusals: GatewayError[] = []
  const can = (target: Target): boolean => {
    const refusal = isNative(target) ? null : whyNot(wayTo(target, sending), translations, sending)
    if (refusal !== null) refusals.push(refusal)
    return refusal === null
  }
  const pool = targets.pool.filter(can)
  const fallback = targets.fallback.filter(({ target }) => can(target))
  const [refusal] = refusals
  if (refusal !== undefined && pool.length === 0 && fallback.length === 0) throw refusal
  return { pool, fallback, translations }
}

function whyNot(way: Way, translations: Translations, { model }: Asking): GatewayError | null {
  try {
    const { lost } = translations.by(way)
    if (model.translation !== 'lossless' || lost.length === 0) return null
    const fields = lost.map((field) => `\`${field}\``).join(', ')
    const message = `The backend speaks another protocol, which cannot say ${fields}, and the policy lets nothing be left out.`
    return new GatewayError('translation_lossy', message, { param: lost[0] ?? 'model' })
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
}
