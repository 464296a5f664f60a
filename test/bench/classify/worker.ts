/** The bench as a worker, behind the entrypoint of the edge's control socket: PUT a job, then POST /calls. */
import { type Job, prepareWork } from './measure.ts'

let work = (): unknown => null

export const control: { fetch: (request: Request) => Promise<Response> } = {
  async fetch(request) {
    if (request.method === 'PUT') work = prepareWork((await request.json()) as Job)
    else for (let left = Number(new URL(request.url).pathname.slice(1)); left > 0; left -= 1) work()
    return new Response(null, { status: 204 })
  },
}
