/** The forward stage: the decision's targets in order, until one answers. */
import { isStreamed, type Exchange } from './exchange.ts'
import { forwardBuffered } from './forward-buffered.ts'
import { forwardStream } from './forward-stream.ts'

/** @throws GatewayError when no target answered */
export function forward(exchange: Exchange): Promise<Response> {
  return isStreamed(exchange) ? forwardStream(exchange) : forwardBuffered(exchange)
}
