/**
 * `backend/model` → the place it names, found among the backends.
 */
import { quote } from '../diagnostics/quote.ts'
import { nearest, suggestHelp } from '../diagnostics/suggest.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolvedTarget } from './resolved-policy.ts'
import type { Scope } from './scope.ts'

/** Undefined when it leads nowhere, which is then reported. */
export function resolveTarget(target: string, at: Place, scope: Scope): ResolvedTarget | undefined {
  const { report, locate, backends } = scope
  const slash = target.indexOf('/')
  const backendName = target.slice(0, slash)
  const modelName = target.slice(slash + 1)
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
