/**
 * Files of policy tests in zod: the twin of `TestsFile` in `config/tests.ts`.
 */
import { z } from 'zod'
import type { TestExpectConfig, TestsFile } from '../config/tests.ts'
import {
  bool,
  countUpTo,
  labelName,
  modelName,
  name,
  nonEmpty,
  plainText,
  surface,
  weekTime,
  wholeNumber,
} from './scalar-schemas.ts'
import { notEmpty, several } from './shapes.ts'

const fields = z.record(z.string(), z.unknown())

const message = z.strictObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.union([plainText, z.array(z.unknown())], { error: 'a text, or a list of content parts' }),
})

const request = z.strictObject({
  client: name.exactOptional(),
  model: modelName.exactOptional(),
  surface: surface.exactOptional(),
  prompt: plainText.exactOptional(),
  tokens: countUpTo(1_000_000).exactOptional(),
  system: plainText.exactOptional(),
  messages: several(message, 'a list of messages').exactOptional(),
  body: fields.exactOptional(),
  headers: z.record(z.string(), plainText).exactOptional(),
})

const complexity = z.enum(['simple', 'medium', 'complex'])

const given = z.strictObject({
  modes: z.array(name, { error: 'a list of modes' }).exactOptional(),
  down: z.array(name, { error: 'a list of backends' }).exactOptional(),
  classifier: complexity.exactOptional(),
  time: weekTime.exactOptional(),
})

const expectation: z.ZodType<TestExpectConfig> = notEmpty(
  z.strictObject({
    decision: z.enum(['route', 'refuse']).exactOptional(),
    rule: name.exactOptional(),
    model: modelName.exactOptional(),
    backend: name.exactOptional(),
    targets: z.array(plainText, { error: 'a list of targets, as `[backend/model]`' }).exactOptional(),
    zone: name.exactOptional(),
    staysIn: name.exactOptional(),
    forced: bool.exactOptional(),
    labels: z.array(labelName, { error: 'a list of labels' }).exactOptional(),
    tags: z.array(name, { error: 'a list of tags' }).exactOptional(),
    complexity: complexity.exactOptional(),
    injection: z.enum(['flagged', 'clean']).exactOptional(),
    status: wholeNumber(400, 599).exactOptional(),
    code: plainText.exactOptional(),
    set: fields.exactOptional(),
    redact: z.array(name, { error: 'a list of detectors' }).exactOptional(),
  }),
  'what must come out, such as `rule` or `backend`',
)

const testCase = z.strictObject({
  name: nonEmpty,
  request,
  given: given.exactOptional(),
  expect: expectation,
})

export const testsSchema: z.ZodType<TestsFile> = z.array(testCase, { error: 'a list of cases' })
