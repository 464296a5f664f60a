/** What a request becomes for backends that speak another protocol: made once for each, however often it is sent. */
import { GatewayError } from '../../errors.ts'
import type { ModelRequest } from '../../protocols/model-request.ts'
import type { TranslatedRequest } from '../../protocols/translate/translation.ts'
import type { FallbackStep } from '../../table/decision.ts'
import { lacksOf } from '../../table/lacks.ts'
import { lookup } from '../../table/lookup.ts'
import type { Target } from '../../table/route-table.ts'
import type { BodyChanges } from '../route/body-changes.ts'
import { unhonoured } from './fit-parameters.ts'
import { membersOf } from './json-members.ts'
import { type Asking, clientField, type Way, wayTo } from './way-to.ts'

export interface Translations {
  /**
   * `model` is to be set to the target's.
   * @throws GatewayError invalid_field, not_translatable (400)
   */
  by: (way: Way) => TranslatedRequest
  /** The request's own body, as rules and redaction have left it. */
  source: Readonly<Record<string, unknown>>
}

export function createTranslations({ body }: ModelRequest, changes: BodyChanges | null): Translations {
  const made = new Map<Way, TranslatedRequest>()
  const source = changed(body.value, changes)
  return {
    source,
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

export interface Targets {
  pool: readonly Target[]
  fallback: readonly FallbackStep[]
}

export interface Translatable extends Targets {
  /** Null where nobody has asked yet. */
  translations: Translations | null
}

export interface Sending extends Asking {
  request: ModelRequest
  changes: BodyChanges | null
}

/**
 * The targets that can be told all that the request means, and, where the model is `lossless`, all that it says.
 * @throws GatewayError why there is none: invalid_field, not_translatable, translation_lossy, unsupported_parameter (400)
 */
export function translatable(targets: Targets, sending: Sending): Translatable {
  // Fallbacks are looked at when their turn comes: most requests never get there.
  if (isPoolPlain(targets, sending)) {
    return { pool: targets.pool, fallback: targets.fallback, translations: null }
  }
  const translations = createTranslations(sending.request, sending.changes)
  const refusals: GatewayError[] = []
  const can = (target: Target): boolean => {
    const refusal = isToldAsItIs(target, sending) ? null : refusalOf(target, translations, sending)
    if (refusal !== null) refusals.push(refusal)
    return refusal === null
  }
  const pool = targets.pool.filter(can)
  const fallback = pool.length > 0 ? targets.fallback : targets.fallback.filter(({ target }) => can(target))
  const [refusal] = refusals
  if (refusal !== undefined && pool.length === 0 && fallback.length === 0) throw refusal
  return { pool, fallback, translations }
}

function isPoolPlain({ pool }: Targets, sending: Sending): boolean {
  for (const target of pool) if (!isToldAsItIs(target, sending)) return false
  return pool.length > 0
}

/** Why the target cannot be told what the request says; null = it can. */
export function whyUntold(
  target: Target,
  sending: Sending & Pick<Translatable, 'translations'>,
): GatewayError | null {
  if (isToldAsItIs(target, sending)) return null
  sending.translations ??= createTranslations(sending.request, sending.changes)
  return refusalOf(target, sending.translations, sending)
}

function isToldAsItIs(target: Target, sending: Sending): boolean {
  return wayTo(target, sending).translation === null && strictlyLacks(target, sending).length === 0
}

function refusalOf(target: Target, translations: Translations, sending: Sending): GatewayError | null {
  const way = wayTo(target, sending)
  const untold = way.translation === null ? null : whyNot(way, translations, sending)
  return untold ?? whyUnsupported(target, translations, sending)
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

/** Parameters that keep a request from a target which does not honour them; empty where they are left out. */
function strictlyLacks(target: Target, sending: Sending): readonly string[] {
  const backend = lookup(sending.snapshot.table.backends, target.backend)
  if (backend === undefined) return []
  if (backend.unsupported !== 'reject' && sending.model.translation !== 'lossless') return []
  const { wire, translation } = wayTo(target, sending)
  return lacksOf(target, backend, { wire, isTranslated: translation !== null })
}

function whyUnsupported(target: Target, translations: Translations, sending: Sending): GatewayError | null {
  const lacks = strictlyLacks(target, sending)
  if (lacks.length === 0) return null
  const way = wayTo(target, sending)
  const body = way.translation === null ? translations.source : translations.by(way).body
  const fields = unhonoured(body, lacks).map((field) => clientField(way, field))
  const [param] = fields
  if (param === undefined) return null
  const names = fields.map((field) => `\`${field}\``).join(', ')
  const message = `The backend does not honour ${names}, and the policy lets nothing be left out: send the request without.`
  return new GatewayError('unsupported_parameter', message, { param })
}
