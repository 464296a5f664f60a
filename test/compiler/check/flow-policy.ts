/** Policies for tests of the proofs: three zones, some targets in each, and what a test adds. */
import { stringify } from 'yaml'
import type { Diagnostic } from '../../../compiler/diagnostics/diagnostic.ts'
import type { DiagnosticCode } from '../../../compiler/diagnostics/codes.ts'
import type { ClientsFile } from '../../../compiler/config/clients.ts'
import type { PolicyFile } from '../../../compiler/config/policy.ts'
import { compileTexts } from '../../property/compile-documents.ts'

const BACKENDS = `
backends:
  home: { kind: openai, url: 'http://127.0.0.1:8001', zone: local, models: { a: { id: a }, b: { id: b } } }
  pc: { kind: openai, url: 'http://pc.lan:8000', zone: lan, mode: gaming, models: { a: { id: a, supports: [] } } }
  away:
    kind: litellm
    url: 'https://away.example'
    zone: cloud
    models: { a: { id: a }, near: { id: near, zone: local }, '*': { id: 'x/*' } }
modes: { gaming: {} }
`
const CLIENTS: ClientsFile['clients'] = { crew: { keys: [{ env: 'CREW_KEY' }], models: '*' } }

export interface FlowPolicy extends Omit<PolicyFile, 'models'> {
  models?: PolicyFile['models']
  clients?: ClientsFile['clients']
}

/** Diagnostics with one code of a policy whose model `auto` has the rules. */
export async function diagnosticsOf(
  code: DiagnosticCode,
  { clients = CLIENTS, ...policy }: FlowPolicy,
): Promise<Diagnostic[]> {
  const models = policy.models ?? { auto: { rules: 'main' }, fast: { targets: ['home/a'] } }
  const { diagnostics } = await compileTexts({
    policy: stringify({ ...policy, models }),
    backends: BACKENDS,
    clients: stringify({ clients }),
  })
  const early = diagnostics.filter(({ code: other }) => /^(yaml|validate|resolve)/.test(other))
  if (early.length > 0) throw new Error(early.map(({ message }) => message).join('; '))
  return diagnostics.filter((diagnostic) => diagnostic.code === code)
}
