/** The forward stage: the decision's targets in order, until one answers. */
import type { Exchange } from './exchange.ts'
import { forwardBuffered } from './forward-buffered.ts'
import { forwardStream } from './forward-stream.ts'

/** @throws GatewayError when no target answered */
export function forward(exchange: Exchange): Promise<Response> {
  return exchange.request.stream && exchange.route.streams
    ? forwardStream(exchange)
    : forwardBuffered(exchange)
}
