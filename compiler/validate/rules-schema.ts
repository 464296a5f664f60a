/**
 * Rules and their conditions in zod: the twin of `config/rules.ts`.
 */
import { z } from 'zod'
import type {
  BoundsConfig,
  ClampConfig,
  Condition,
  HeaderTestConfig,
  PhraseConfig,
  PromptTestConfig,
  RangeConfig,
  RuleConfig,
  SetConfig,
} from '../config/rules.ts'
import {
  anyNumber,
  bool,
  countUpTo,
  destination,
  headerName,
  labelName,
  modelPattern,
  name,
  plainText,
  regex,
  ruleId,
  surface,
  textUpTo,
  timeOfDay,
  wholeNumber,
} from './scalar-schemas.ts'
import { decidedByKey, notEmpty, oneOf, several } from './shapes.ts'

const MOST_TOKENS = 1_000_000_000

const range: z.ZodType<RangeConfig> = notEmpty(
  z.strictObject({
    atLeast: wholeNumber(0, MOST_TOKENS).exactOptional(),
    below: wholeNumber(1, MOST_TOKENS).exactOptional(),
  }),
  '`atLeast` or `below`',
)

const headerTest: z.ZodType<HeaderTestConfig> = notEmpty(
  z.strictObject({
    present: z.literal(true).exactOptional(),
    prefix: plainText.exactOptional(),
    contains: plainText.exactOptional(),
  }),
  '`present`, `prefix` or `contains`',
)

const headerValue = z.union([plainText, z.array(plainText).min(1), headerTest], {
  error: 'a text, a list of texts, or one of `{ present: true }`, `{ prefix: … }` and `{ contains: … }`',
})

const phraseText = textUpTo(1000)

const textKeys = {
  contains: oneOf(phraseText, 'a text or a list of texts').exactOptional(),
  caseSensitive: bool.exactOptional(),
  matches: regex.exactOptional(),
}

const prompt: z.ZodType<PromptTestConfig> = decidedByKey(
  {
    in: z.enum(['user', 'system', 'conversation']).exactOptional(),
    ...textKeys,
    named: oneOf(name, 'the name of a phrase, or a list of names').exactOptional(),
  },
  { contains: ['in', 'caseSensitive'], matches: ['in'], named: ['in'] },
  'write `{ contains: TEXT }`, `{ matches: PATTERN }` or `{ named: PHRASE }`',
)

export const phraseSchema: z.ZodType<PhraseConfig> = decidedByKey(
  textKeys,
  { contains: ['caseSensitive'], matches: [] },
  'write `{ contains: TEXT }` or `{ matches: PATTERN }`',
)

const timeWindow = z.strictObject({
  from: timeOfDay,
  to: timeOfDay,
  days: several(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']), 'a list of days').exactOptional(),
})

const conditions = several(
  z.lazy(() => condition),
  'a list of conditions',
)
const names = oneOf(name, 'a name or a list of names')

const condition: z.ZodType<Condition> = notEmpty(
  z.strictObject({
    all: conditions.exactOptional(),
    any: conditions.exactOptional(),
    not: z.lazy(() => condition).exactOptional(),
    model: oneOf(modelPattern, "a model's name or a list of names").exactOptional(),
    client: names.exactOptional(),
    tag: names.exactOptional(),
    header: z
      .record(headerName, headerValue, { error: 'a mapping from header names to values' })
      .exactOptional(),
    prompt: prompt.exactOptional(),
    tokens: range.exactOptional(),
    maxTokens: range.exactOptional(),
    systemLength: range.exactOptional(),
    tools: bool.exactOptional(),
    images: bool.exactOptional(),
    stream: bool.exactOptional(),
    surface: oneOf(surface, 'a surface or a list of surfaces').exactOptional(),
    label: oneOf(labelName, 'a label or a list of labels').exactOptional(),
    injection: z.enum(['flagged', 'clean']).exactOptional(),
    complexity: oneOf(
      z.enum(['simple', 'medium', 'complex']),
      'one or several of `simple`, `medium` and `complex`',
    ).exactOptional(),
    healthy: oneOf(name, 'a backend or a list of backends').exactOptional(),
    mode: name.exactOptional(),
    time: timeWindow.exactOptional(),
  }),
  'a condition, such as `label` or `tokens`',
)

const parameterCount = countUpTo(MOST_TOKENS)

const set: z.ZodType<SetConfig> = notEmpty(
  z.strictObject({
    max_tokens: parameterCount.exactOptional(),
    temperature: anyNumber.exactOptional(),
    top_p: anyNumber.exactOptional(),
    top_k: parameterCount.exactOptional(),
    min_p: anyNumber.exactOptional(),
    presence_penalty: anyNumber.exactOptional(),
    frequency_penalty: anyNumber.exactOptional(),
    repetition_penalty: anyNumber.exactOptional(),
    seed: wholeNumber(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER).exactOptional(),
    parallel_tool_calls: bool.exactOptional(),
    reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).exactOptional(),
  }),
  'a parameter, such as `max_tokens`',
)

const bounds: z.ZodType<BoundsConfig> = notEmpty(
  z.strictObject({ min: anyNumber.exactOptional(), max: anyNumber.exactOptional() }),
  '`min` or `max`',
)

const clamp: z.ZodType<ClampConfig> = notEmpty(
  z.strictObject({
    max_tokens: bounds.exactOptional(),
    temperature: bounds.exactOptional(),
    top_p: bounds.exactOptional(),
    top_k: bounds.exactOptional(),
    min_p: bounds.exactOptional(),
    presence_penalty: bounds.exactOptional(),
    frequency_penalty: bounds.exactOptional(),
    repetition_penalty: bounds.exactOptional(),
  }),
  'a parameter, such as `max_tokens`',
)

const splitArm = z.strictObject({ to: destination, weight: countUpTo(1_000_000) })

const rule = z.strictObject({
  id: ruleId,
  when: condition.exactOptional(),
  to: destination.exactOptional(),
  split: several(splitArm, 'a list of arms, as `[{ to: fast, weight: 1 }]`').exactOptional(),
  block: z
    .strictObject({ status: wholeNumber(400, 499).exactOptional(), message: textUpTo(500) })
    .exactOptional(),
  force: z.literal(true).exactOptional(),
  redact: z
    .strictObject({
      detectors: several(name, 'a list of detectors, as `[secrets, pii]`'),
      relabel: name.exactOptional(),
    })
    .exactOptional(),
  addTags: several(name, 'a list of tags').exactOptional(),
  set: set.exactOptional(),
  clamp: clamp.exactOptional(),
})

export const rulesetSchema: z.ZodType<RuleConfig[]> = several(rule, 'a list of rules')
