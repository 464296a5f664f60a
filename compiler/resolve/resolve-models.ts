/**
 * Models: targets looked up among the backends, timeouts and keep-alive as numbers.
 */
import { quote } from '../diagnostics/quote.ts'
import { nearest, suggestHelp } from '../diagnostics/suggest.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ValidPolicy } from '../validate/validate.ts'
import type { ResolveContext } from './resolve-context.ts'
import { resolveTimeouts } from './resolve-timeouts.ts'
import type { ResolvedBackend, ResolvedModel, ResolvedTarget } from './resolved-policy.ts'

export function resolveModels(
  { policy }: ValidPolicy,
  backends: ReadonlyMap<string, ResolvedBackend>,
  context: ResolveContext,
): Map<string, ResolvedModel> {
  const models = new Map<string, ResolvedModel>()
  for (const [name, config] of Object.entries(policy.models)) {
    const at: Place = { file: 'policy', path: ['models', name] }
    if ('rules' in config) {
      models.set(name, { kind: 'ruled', rules: config.rules, at })
      continue
    }
    const targets = config.targets.flatMap((entry, i) => {
      const target = typeof entry === 'string' ? entry : entry.target
      const place: Place = { ...at, path: [...at.path, 'targets', i] }
      return resolveTarget({ target, at: place, backends }, context) ?? []
    })
    models.set(name, {
      kind: 'served',
      targets,
      balance: 'ordered',
      fallback: [],
      surfaces: null,
      ...resolveTimeouts({ model: config, policy, at }, context),
      at,
    })
  }
  return models
}

interface TargetQuery {
  target: string
  at: Place
  backends: ReadonlyMap<string, ResolvedBackend>
}

/** Undefined when it leads nowhere, which is then reported. */
function resolveTarget(
  { target, at, backends }: TargetQuery,
  context: ResolveContext,
): ResolvedTarget | undefined {
  const { report, locate } = context
  const [backendName = '', modelName = ''] = target.split('/')
  const similar = (near: string | undefined, path: readonly string[], text: string) =>
    near === undefined
      ? []
      : [{ span: locate({ file: 'backends', path: ['backends', ...path, near] }, 'key'), text }]

  const backend = backends.get(backendName)
  if (!backend) {
    const near = nearest(backendName, [...backends.keys()])
    report('resolve/unknown-backend', `backend ${quote(backendName)} is not defined`, {
      at,
      prefer: 'before-slash',
      label: 'not found in `backends`',
      secondary: similar(near, [], 'a backend with a similar name'),
      help: suggestHelp(backendName, [...backends.keys()], 'backends'),
      suggestion:
        near === undefined
          ? undefined
          : { span: locate(at, 'before-slash'), newText: near, applicability: 'maybe' },
    })
    return undefined
  }
  const model = backend.models.get(modelName)
  if (!model) {
    const known = [...backend.models.keys()]
    const near = nearest(modelName, known)
    report(
      'resolve/unknown-backend-model',
      `backend ${quote(backendName)} declares no model ${quote(modelName)}`,
      {
        at,
        prefer: 'after-slash',
        label: `not found in the models of ${quote(backendName)}`,
        secondary: similar(near, [backendName, 'models'], 'a model with a similar name'),
        help: suggestHelp(modelName, known, `models of ${quote(backendName)}`),
        suggestion:
          near === undefined
            ? undefined
            : { span: locate(at, 'after-slash'), newText: near, applicability: 'maybe' },
      },
    )
    return undefined
  }
  return { backend: backendName, model: modelName, id: model.id, weight: 1, at }
}
