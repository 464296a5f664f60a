/**
 * The gateway as one Hono app: the life of a request from top to bottom. It runs on workerd and on
 * Node alike; whatever differs comes in through the ports.
 */
import { type Context, Hono } from 'hono'
import { GatewayError } from './errors.ts'
import { classify } from './pipeline/classify/classify.ts'
import { begin, requireKey } from './pipeline/edge/admit.ts'
import { corsFromPolicy } from './pipeline/edge/cors.ts'
import type { EdgeEnv } from './pipeline/edge/edge-env.ts'
import { createFailedKeys } from './pipeline/edge/failed-keys.ts'
import { readJsonBody } from './pipeline/edge/read-json-body.ts'
import { ClientGone } from './pipeline/forward/client-gone.ts'
import { forward } from './pipeline/forward/forward.ts'
import { route } from './pipeline/route/route.ts'
import type { Shadow } from './pipeline/route/shadow.ts'
import { startWatch } from './pipeline/watch.ts'
import type { Ports } from './ports.ts'
import { servedModel } from './table/decide.ts'
import { modelCard, modelList } from './protocols/models.ts'
import { SURFACES, type SurfaceRoute } from './protocols/surfaces.ts'

/** @param shadow is shown each request that is routed; null where there is none */
export function createApp(ports: Ports, shadow: Shadow | null = null): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>({ getPath: ports.requestPath })

  app.use(begin(ports), corsFromPolicy)
  app.get('/health', (c) => c.json({ status: 'ok' }, 200, c.get('answerHeaders')))
  app.all('/health', allow('GET, HEAD'))

  app.use(requireKey(ports, createFailedKeys()))
  app.get('/v1/models', (c) =>
    c.json(modelList(c.get('snapshot').table, c.get('client')), 200, c.get('answerHeaders')),
  )
  app.all('/v1/models', allow('GET, HEAD'))
  app.get('/v1/models/:id{.+}', (c) =>
    c.json(
      modelCard(c.get('snapshot').table, c.get('client'), c.req.param('id')),
      200,
      c.get('answerHeaders'),
    ),
  )
  app.all('/v1/models/:id{.+}', allow('GET, HEAD'))
  for (const surface of SURFACES) {
    app.post(surface.path, (c) => serve(c, surface, { ports, shadow }))
    app.all(surface.path, allow('POST'))
  }

  app.notFound(() => {
    throw new GatewayError('not_found', 'There is no such path here.')
  })
  app.onError((error, c) => {
    const headers = c.get('answerHeaders')
    if (error instanceof GatewayError) return error.toResponse(headers)
    if (error instanceof ClientGone) {
      return new GatewayError('client_gone', 'The connection was found closed.').toResponse(headers)
    }
    ports.log({ event: 'internal-error', correlationId: c.get('correlationId'), cause: String(error) })
    const defect = new GatewayError('internal_error', 'The gateway failed. This is a defect of aicc.')
    return defect.toResponse(headers)
  })
  return app
}

interface Wiring {
  ports: Ports
  shadow: Shadow | null
}

async function serve(
  c: Context<EdgeEnv>,
  surface: SurfaceRoute,
  { ports, shadow }: Wiring,
): Promise<Response> {
  const snapshot = c.get('snapshot')
  const name = c.get('client')
  const client = new AbortController()
  const watch = startWatch(ports.onClientGone(c.req.raw, () => client.abort(new ClientGone())))
  try {
    const request = await readJsonBody(c.req.raw, c.get('head'), { limits: snapshot.table.limits, watch })
    const input = { client: name, surface: surface.surface, table: snapshot.table, headers: {} }
    const { facts } = classify(request, input)
    shadow?.observe(request, input, facts)
    const decision = route(snapshot.table, facts)
    const { model: modelName } = decision
    return await forward({
      ports,
      snapshot,
      route: surface,
      request,
      modelName,
      model: servedModel(snapshot.table, modelName),
      targets: [...decision.pool.map(({ target }) => target), ...decision.fallback],
      clientName: name,
      correlationId: c.get('correlationId'),
      answerHeaders: c.get('answerHeaders'),
      client,
      watch,
    })
  } catch (error) {
    watch.stop()
    throw error
  }
}

function allow(methods: string): () => never {
  return () => {
    throw new GatewayError('method_not_allowed', `This path takes ${methods}.`, {
      headers: { allow: methods },
    })
  }
}
