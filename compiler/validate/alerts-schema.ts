/** The zod twin of `config/alerts.ts`. */
import { z } from 'zod'
import type { AlertConfig, AlertsConfig } from '../config/alerts.ts'
import {
  duration,
  durationOrOff,
  envName,
  modelPattern,
  name,
  numberFrom,
  rulePath,
  wholeNumber,
} from './scalar-schemas.ts'
import { decidedByKey, oneOf, several } from './shapes.ts'

const secret = z.strictObject({ env: envName }, { error: 'the name of a variable, as `{ env: MY_KEY }`' })

const receiver = z.strictObject({
  webhook: secret,
  username: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,31}$/, {
      error: 'up to 32 letters, digits, spaces, `.`, `_` and `-`',
    })
    .exactOptional(),
})

const names = oneOf(name, 'a name or a list of names')
const aboveShare = { above: numberFrom(0, 99), clearsAt: numberFrom(0, 99).exactOptional() }
const shareAbove = z.strictObject(aboveShare, { error: 'a percentage, as `{ above: 5 }`' })
const budgetShare = z.strictObject(
  { ...aboveShare, client: names.exactOptional() },
  { error: 'a percentage, as `{ above: 90 }`' },
)
const shareBelow = z.strictObject(
  { below: numberFrom(1, 100), clearsAt: numberFrom(1, 100).exactOptional() },
  { error: 'a percentage, as `{ below: 20 }`' },
)
const timeAbove = z.strictObject(
  { above: duration, clearsAt: duration.exactOptional() },
  { error: 'a duration, as `{ above: 20s }`' },
)

const scope = z.strictObject(
  {
    client: names.exactOptional(),
    model: oneOf(modelPattern, 'a model or a list of models').exactOptional(),
    backend: names.exactOptional(),
    rule: oneOf(rulePath, 'a rule, as `ruleset/id`, or a list of them').exactOptional(),
  },
  { error: 'a mapping, as `{ model: fast }`' },
)

const times = {
  for: duration.exactOptional(),
  clearsAfter: duration.exactOptional(),
  repeat: durationOrOff.exactOptional(),
  to: oneOf(name, 'a receiver or a list of receivers').exactOptional(),
}
const ofRequests = {
  of: scope.exactOptional(),
  over: duration.exactOptional(),
  atLeast: wholeNumber(1, 1_000_000).exactOptional(),
}
const TIMES = Object.keys(times)
const OF_REQUESTS = [...TIMES, ...Object.keys(ofRequests)]

const alert: z.ZodType<AlertConfig> = decidedByKey(
  {
    errorRate: shareAbove.exactOptional(),
    p95: timeAbove.exactOptional(),
    firstToken: timeAbove.exactOptional(),
    cacheRate: shareBelow.exactOptional(),
    backendDown: z
      .union([z.literal('*'), several(name, 'a list')], { error: "a list of backends, or `'*'`" })
      .exactOptional(),
    budget: budgetShare.exactOptional(),
    traceAge: timeAbove.exactOptional(),
    ...times,
    ...ofRequests,
  },
  {
    errorRate: OF_REQUESTS,
    p95: OF_REQUESTS,
    firstToken: OF_REQUESTS,
    cacheRate: OF_REQUESTS,
    backendDown: TIMES,
    budget: TIMES,
    traceAge: TIMES,
  },
  'an alert watches one thing, as `errorRate: { above: 5 }`; what counts requests takes `of`, `over` and `atLeast`',
)

export const alertsSchema: z.ZodType<AlertsConfig> = z.strictObject({
  receivers: z.record(name, receiver).exactOptional(),
  watch: z.record(name, alert),
})
