/** What a server of Langfuse answers that is asked for a trace: as version 4 has it, and as those before. */
import type { Observation } from './langfuse-stand-in.ts'

/** `GET /api/public/v2/observations` */
export function observationsAnswer(observations: readonly Observation[]): unknown {
  const prices = { modelId: null, inputPrice: null, outputPrice: null, totalPrice: null }
  const data = observations.map((one) => Object.assign(shared(one), { projectId: 'p' }, prices))
  return { data, meta: {} }
}

/** `GET /api/public/projects`: what a client asks for when it starts. */
export function projectsAnswer(): unknown {
  return { data: [{ id: 'p', name: 'a project', organization: { id: 'o', name: 'us' }, metadata: {} }] }
}

/** `GET /api/public/traces/{traceId}` */
export function traceAnswer(traceId: string, observations: readonly Observation[]): unknown {
  const nothing = (keys: string): object => Object.fromEntries(keys.split(' ').map((key) => [key, null]))
  const ofTrace = nothing('name sessionId release version userId')
  const ofEach = nothing(
    'promptName promptVersion modelId inputPrice outputPrice totalPrice calculatedInputCost calculatedOutputCost ' +
      'calculatedTotalCost latency timeToFirstToken completionStartTime model input version output promptId statusMessage',
  )
  return {
    id: traceId,
    timestamp: new Date(observations[0]?.startMs ?? 0).toISOString(),
    ...ofTrace,
    tags: [],
    public: false,
    environment: 'default',
    htmlPath: `/trace/${traceId}`,
    latency: 1,
    totalCost: 0,
    scores: [],
    observations: observations
      .filter(({ type }) => type !== 'trace')
      .map((one) => Object.assign(shared(one), ofEach, SAME)),
  }
}

const SAME = {
  modelParameters: {},
  metadata: {},
  usage: { input: 0, output: 0, total: 0, unit: 'TOKENS' },
  usageDetails: {},
  costDetails: {},
  level: 'DEFAULT',
  environment: 'default',
}

function shared({ id, traceId, parent, name, type, startMs, endMs }: Observation): object {
  return {
    id,
    traceId,
    parentObservationId: parent,
    name,
    type: type.toUpperCase(),
    startTime: new Date(startMs).toISOString(),
    endTime: new Date(endMs).toISOString(),
  }
}
