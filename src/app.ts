/**
 * The gateway as one Hono app: the life of a request from top to bottom. It runs on workerd and on
 * Node alike; whatever differs comes in through the ports.
 */
import { type Context, Hono } from 'hono'
import { GatewayError } from './errors.ts'
import { classify } from './pipeline/classify/classify.ts'
import { redactedTurn } from './pipeline/classify/redact.ts'
import { answerHook } from './pipeline/edge/answer-hook.ts'
import { begin, requireKey } from './pipeline/edge/admit.ts'
import { clientDialect } from './pipeline/edge/client-dialect.ts'
import { corsFromPolicy } from './pipeline/edge/cors.ts'
import { networkOf } from './pipeline/edge/network-of.ts'
import type { EdgeEnv } from './pipeline/edge/edge-env.ts'
import { createFailedKeys } from './pipeline/edge/failed-keys.ts'
import { createSeenSignatures } from './pipeline/edge/seen-signatures.ts'
import { readFormBody } from './pipeline/edge/read-form-body.ts'
import { readJsonBody } from './pipeline/edge/read-json-body.ts'
import { askComplexity } from './pipeline/forward/ask-complexity.ts'
import { type Balance, createBalance } from './pipeline/forward/balance.ts'
import { ClientGone } from './pipeline/forward/client-gone.ts'
import { countingTargets, estimatedCount } from './pipeline/forward/count-tokens.ts'
import { forward } from './pipeline/forward/forward.ts'
import { type Exchange, startJourney } from './pipeline/forward/exchange.ts'
import { createHealth, type Health } from './pipeline/forward/health.ts'
import { createPace, type Pace } from './pipeline/forward/pace.ts'
import { createRetryBudget, type RetryBudget } from './pipeline/forward/retry-budget.ts'
import { createSlots, type Slots } from './pipeline/forward/slots.ts'
import { noteSkipped } from './pipeline/forward/note-skipped.ts'
import { type Targets, translatable } from './pipeline/forward/translations.ts'
import { keepExchange } from './pipeline/kept.ts'
import { Bill } from './pipeline/meter/bill.ts'
import { estimateRequest } from './pipeline/meter/estimate.ts'
import { bodyChanges } from './pipeline/route/body-changes.ts'
import { refusal } from './pipeline/route/refusal.ts'
import { route } from './pipeline/route/route.ts'
import type { Shadow } from './pipeline/route/shadow.ts'
import { createTurnedAway, type TurnedAway } from './pipeline/meter/turned-away.ts'
import { createTextsInHand, type TextsInHand } from './pipeline/trace/texts-in-hand.ts'
import { startWatch } from './pipeline/watch.ts'
import type { Ports } from './ports.ts'
import { servedModel } from './table/decide.ts'
import { MATTERMOST_PATH } from './table/open-routes.ts'
import { dialectOf } from './protocols/dialect-of.ts'
import { refuseFileUrls } from './protocols/file-urls.ts'
import { givenId } from './protocols/given-id.ts'
import { ANTHROPIC_MODELS, modelCard, modelList, type ModelShape, OPENAI_MODELS } from './protocols/models.ts'
import { SURFACES, type SurfaceRoute } from './protocols/surfaces.ts'

/** Where Anthropic's clients look for the id of every request. */
const ANTHROPIC_ID = dialectOf('messages').idHeader

/**
 * @param shadow is shown each request that is decided; null where there is none
 * @param observed what somebody else adds to or looks at
 */
export function createApp(
  ports: Ports,
  shadow: Shadow | null = null,
  { health = createHealth(), slots = createSlots() }: Partial<Observed> = {},
): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>({ getPath: ports.requestPath })
  const pace = createPace()
  const shared: Shared = {
    ports,
    shadow,
    health,
    slots,
    pace,
    balance: createBalance({ pace, isCold: health.isCold }),
    retryBudget: createRetryBudget(),
    hand: createTextsInHand(),
    turnedAway: createTurnedAway(),
  }

  app.use(begin(ports, shadow), corsFromPolicy)
  app.get('/health', (c) => c.json({ status: 'ok' }, 200, c.get('answerHeaders')))
  app.all('/health', allow('GET, HEAD'))

  const failedKeys = createFailedKeys()
  app.post(MATTERMOST_PATH, (c, next) =>
    c.get('snapshot').table.hooks === undefined ? next() : answerHook(c, { ports, failedKeys }),
  )
  app.use(requireKey(ports, { failedKeys, seen: createSeenSignatures() }))
  app.get('/v1/models', (c) =>
    c.json(modelList(c.get('snapshot').table, c.get('client'), modelShape(c)), 200, modelHeaders(c)),
  )
  app.all('/v1/models', allow('GET, HEAD'))
  app.get('/v1/models/:id{.+}', (c) => {
    const asked = { client: c.get('client'), name: c.req.param('id') }
    const { table } = c.get('snapshot')
    return c.json(modelCard(table, asked, modelShape(c)), 200, modelHeaders(c))
  })
  app.all('/v1/models/:id{.+}', allow('GET, HEAD'))
  for (const surface of SURFACES) {
    app.post(surface.path, (c) => {
      const answer = serve(c, surface, shared)
      // workerd drops a handler whose client has gone, and what it holds would stay held: this one runs to its end.
      ports.defer(answer.catch(() => {}))
      return answer
    })
    app.all(surface.path, allow('POST'))
  }

  app.notFound(() => {
    throw new GatewayError('not_found', 'There is no such path here.')
  })
  app.onError((error, c) => {
    const headers = c.get('answerHeaders')
    const correlationId = c.get('correlationId')
    const told = toTold(error)
    if (told.code === 'internal_error' && told !== error) {
      const isOwn = correlationId !== c.get('head').correlationId
      const shown = c.get('shownId') ?? (isOwn ? correlationId : 'unseen')
      ports.log({ event: 'internal-error', correlationId: shown, cause: String(error) })
    }
    const { errorBody, idHeader } = clientDialect(ports.requestPath(c.req.raw), c.get('head'))
    const answer = told.toResponse({ ...headers, [idHeader]: correlationId }, errorBody(told, correlationId))
    // Node makes a request object of what it got only when it is looked at, and of some of it cannot.
    if (ports.letUploadEnd === undefined || answer.headers.has('connection')) return answer
    const { body, bodyUsed } = c.req.raw
    if (body === null || bodyUsed) return answer
    return answerAfter(ports.letUploadEnd(body), answer)
  })
  return app
}

async function answerAfter(upload: Promise<void>, answer: Response): Promise<Response> {
  await upload
  return answer
}

/** What a client is told of whatever was thrown. */
function toTold(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  if (error instanceof ClientGone) return new GatewayError('client_gone', 'The connection was found closed.')
  return new GatewayError('internal_error', 'The gateway failed. This is a defect of aicc.')
}

function modelShape(c: Context<EdgeEnv>): ModelShape<object, object> {
  return c.get('head').anthropicVersion === null ? OPENAI_MODELS : ANTHROPIC_MODELS
}

function modelHeaders(c: Context<EdgeEnv>): Record<string, string> {
  const headers = c.get('answerHeaders')
  if (c.get('head').anthropicVersion === null) return headers
  return { ...headers, [ANTHROPIC_ID]: c.get('correlationId') }
}

/** What is known of backends. */
interface Observed {
  health: Health
  slots: Slots
}

/** What all requests of this edge have in common, beside the snapshot. */
interface Shared extends Observed {
  ports: Ports
  shadow: Shadow | null
  pace: Pace
  balance: Balance
  retryBudget: RetryBudget
  /** Text for traces. */
  hand: TextsInHand
  turnedAway: TurnedAway
}

async function serve(c: Context<EdgeEnv>, surfaceRoute: SurfaceRoute, shared: Shared): Promise<Response> {
  const { ports, shadow, health, slots, pace, balance, retryBudget, hand, turnedAway } = shared
  const snapshot = c.get('snapshot')
  const { table } = snapshot
  const { surface } = surfaceRoute
  const { named: headers } = c.get('head')
  const answerHeaders = c.get('answerHeaders')
  const stopwatch = c.get('stopwatch')
  const clientName = c.get('client')
  const correlationId = c.get('correlationId')
  // OpenAI's clients show theirs with errors alone, and a header costs something.
  if (surfaceRoute.family === 'anthropic') answerHeaders[ANTHROPIC_ID] = correlationId
  const client = new AbortController()
  const lease = balance.lease()
  const journey = startJourney()
  const bill = new Bill({
    ports,
    table,
    client: clientName,
    surface,
    correlationId,
    journey,
    stopwatch,
    answerHeaders,
    ownId: c.get('head').correlationId !== correlationId,
    head: c.get('head'),
    network: () => networkOf(ports.clientAddress(c.req.raw)),
    signal: client.signal,
    hand,
    turnedAway,
  })
  const forget = ports.onClientGone(c.req.raw, () => client.abort(new ClientGone()))
  const watch = startWatch(() => {
    lease.release()
    forget()
    try {
      bill.close()
    } catch (error) {
      // Called from timers and work behind the answer, where nobody would catch it: Node would end.
      ports.log({ event: 'internal-error', correlationId: bill.shownId(), cause: String(error) })
    }
  })
  try {
    stopwatch.stop()
    const read = surfaceRoute.body === 'form' ? readFormBody : readJsonBody
    const request = await read(c.req.raw, c.get('head'), {
      limits: table.limits,
      watch,
      checkBody: c.get('checkBody'),
      defaultModel: table.defaultModels?.[surface],
    })
    stopwatch.go()
    refuseFileUrls(request.body.value, table.fileUrls ?? 'public')
    const given = givenId(c.get('head').correlationId)
    const input = { client: clientName, surface, table, headers, correlationId: given }
    const classified = classify(request, input)
    const { facts } = classified
    bill.see(request, classified)
    c.set('shownId', bill.shownId())
    facts.unhealthy = health.unhealthy(table)
    facts.modes = snapshot.modesOn
    const caller = { clientName, correlationId, client }
    const context = {
      ports: loggingAs(bill.shownId(), correlationId, ports),
      snapshot,
      ...caller,
      health,
      slots,
      pace,
      retryBudget,
    }
    const decision = await route(facts, table, async () => {
      const asked = redactedTurn(classified)
      return asked && askComplexity(facts, { ...context, balance, asked })
    })
    shadow?.observe(request, input, facts)
    bill.decided(decision)
    if (decision.rule !== null) answerHeaders['x-aicc-rule'] = decision.rule
    if (decision.kind === 'refuse') throw refusal(decision, facts)
    const model = servedModel(table, decision.model)
    // Field by field, here and below: a spread costs more, and its shape is forgotten while no request is there.
    const asking = { snapshot, route: surfaceRoute, model }
    const ordered = { pool: balance.order(decision, request), fallback: decision.fallback }
    const isCount = surface === 'count-tokens'
    const order = isCount ? countingTargets(ordered, asking) : ordered
    const reserved = bill.reserve({ decision, model, pool: order.pool, fallback: order.fallback })
    const full = reserved instanceof Promise ? await reserved : reserved
    if (isCount && order.pool.length + order.fallback.length === 0) {
      const estimate = estimateRequest(request.body, facts, { edits: decision.edits, table })
      bill.answered(200, null)
      watch.stop()
      return estimatedCount(estimate.input, { ...answerHeaders, 'x-aicc-model': decision.model })
    }
    const changes = bill.withUsage(bodyChanges(request, decision, { classified, surface, table }))
    const sending = { snapshot, route: surfaceRoute, model, request, changes }
    if (full.size > 0) {
      for (const one of order.pool) if (full.has(one.backend)) noteSkipped(journey, one, 'limit')
    }
    const { pool, fallback, translations } = translatable(
      full.size === 0 ? order : without(order, full),
      sending,
    )
    const exchange: Exchange = {
      ports: context.ports,
      snapshot,
      clientName,
      correlationId,
      client,
      health,
      slots,
      pace,
      retryBudget,
      route: surfaceRoute,
      model,
      request,
      changes,
      pool,
      fallback,
      translations,
      modelName: decision.model,
      minZone: decision.minZone,
      labelled: decision.labels.length > 0,
      header: (name) => c.req.raw.headers.get(name),
      lease,
      waitsInLine: true,
      journey,
      stopwatch,
      bill,
      answerHeaders,
      watch,
    }
    keepExchange(exchange)
    const response = await forward(exchange)
    bill.answered(response.status, null)
    return response
  } catch (error) {
    watch.stop()
    const { status, code } = toTold(error)
    bill.answered(status, code)
    throw error
  }
}

/** What is logged of a request has the id under which it is shown. */
function loggingAs(shown: string, correlationId: string, ports: Ports): Ports {
  if (shown === correlationId) return ports
  return { ...ports, log: (event) => ports.log({ ...event, correlationId: shown }) }
}

/** The targets of other backends. */
function without({ pool, fallback }: Targets, backends: ReadonlySet<string>): Targets {
  return {
    pool: pool.filter(({ backend }) => !backends.has(backend)),
    fallback: fallback.filter(({ target }) => !backends.has(target.backend)),
  }
}

function allow(methods: string): () => never {
  return () => {
    throw new GatewayError('method_not_allowed', `This path takes ${methods}.`, {
      headers: { allow: methods },
    })
  }
}
