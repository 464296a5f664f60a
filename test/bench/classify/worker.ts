/** The bench as a worker, behind the entrypoint of the edge's control socket. */
import { type Job, measure } from './measure.ts'

export const control: { fetch: (request: Request) => Promise<Response> } = {
  async fetch(request) {
    return Response.json(measure((await request.json()) as Job))
  },
}
