/** What a server of Langfuse has of a trace: by the client of the `langfuse` package, or as version 4 has it. */
import { Langfuse } from 'langfuse'
import { fetch } from 'undici'

export interface LangfuseServer {
  url: string
  publicKey: string
  secretKey: string
}

export interface ReadObservation {
  id: string
  parentObservationId: string | null
  type: string
  name: string | null
  /** ISO 8601. */
  startTime: string
  endTime: string | null
}

export type ReadTrace =
  | { kind: 'found'; observations: ReadObservation[] }
  | { kind: 'missing' }
  /** For people, without a secret. */
  | { kind: 'failed'; why: string }

const ANSWER_MS = 10_000
/** Of one trace; there are no more. */
const MOST = 100
/** From here on traces are read by their observations. */
const BY_OBSERVATIONS = 4
/** Around the request: clocks differ. */
const MARGIN_MS = 3_600_000

/** @param at Unix ms at which the request began. Never rejects. */
export async function readLangfuse(server: LangfuseServer, traceId: string, at: number): Promise<ReadTrace> {
  try {
    const major = await majorVersion(server)
    const observations =
      major >= BY_OBSERVATIONS ? await byObservations(server, traceId, at) : await byTrace(server, traceId)
    return observations === null || observations.length === 0
      ? { kind: 'missing' }
      : { kind: 'found', observations }
  } catch (error) {
    return { kind: 'failed', why: whyOf(error) }
  }
}

/** One that does not tell is one of today. */
async function majorVersion(server: LangfuseServer): Promise<number> {
  const response = await fetch(`${server.url}/api/public/health`, {
    headers: { authorization: basic(server) },
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_MS),
  })
  const [, major] = /"version":\s*"v?(\d+)\./.exec(await response.text()) ?? []
  return Number(major ?? BY_OBSERVATIONS)
}

/** @returns null = it does not know the trace */
async function byTrace(
  { url, publicKey, secretKey }: LangfuseServer,
  traceId: string,
): Promise<ReadObservation[] | null> {
  const client = new Langfuse({ baseUrl: url, publicKey, secretKey })
  try {
    const { observations } = await client.api.traceGet(traceId, {
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    return observations.map(toObservation)
  } catch (error) {
    if (statusOf(error) === 404) return null
    throw error
  } finally {
    await client.shutdownAsync()
  }
}

async function byObservations(
  server: LangfuseServer,
  traceId: string,
  at: number,
): Promise<ReadObservation[]> {
  const query = new URLSearchParams({
    traceId,
    limit: String(MOST),
    fields: 'core,basic',
    fromStartTime: new Date(at - MARGIN_MS).toISOString(),
    toStartTime: new Date(at + 24 * MARGIN_MS).toISOString(),
  })
  const response = await fetch(`${server.url}/api/public/v2/observations?${query.toString()}`, {
    headers: { authorization: basic(server) },
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_MS),
  })
  if (!response.ok) throw response
  const { data } = (await response.json()) as { data: Read[] }
  return data.map(toObservation)
}

function basic({ publicKey, secretKey }: LangfuseServer): string {
  return `Basic ${Buffer.from(`${publicKey}:${secretKey}`).toString('base64')}`
}

interface Read {
  id: string
  parentObservationId?: string | null
  type: string
  name?: string | null
  startTime: string
  endTime?: string | null
}

function toObservation({ id, parentObservationId, type, name, startTime, endTime }: Read): ReadObservation {
  return {
    id,
    parentObservationId: parentObservationId ?? null,
    type,
    name: name ?? null,
    startTime,
    endTime: endTime ?? null,
  }
}

function statusOf(error: unknown): number | null {
  const { status } = (error ?? {}) as { status?: unknown }
  return typeof status === 'number' ? status : null
}

function whyOf(error: unknown): string {
  const status = statusOf(error)
  if (status === 401 || status === 403) return `it refuses the keys (${status})`
  if (status !== null) return `it answers ${status}`
  const { code, name } = ((error as Error).cause ?? error) as NodeJS.ErrnoException
  return name === 'TimeoutError' ? 'no answer in time' : (code ?? name)
}
