/**
 * A policy with a bit of everything, for tests of the tools: zones, a label, a mode, rules that change and settle.
 */
import { basename } from 'node:path'
import { compile, type CompiledPolicy } from '../../compiler/compile.ts'
import { renderDiagnostics } from '../../compiler/diagnostics/render/render.ts'
import type { Sources } from '../../compiler/diagnostics/span.ts'

export const WORKED_POLICY: Readonly<Record<string, string>> = {
  'backends.yaml': `backends:
  gpu: { kind: openai, url: 'http://127.0.0.1:8001', zone: local, models: { small: { id: coder-7b, supports: [tools] } } }
  pc:
    kind: openai
    url: http://gaming-pc.lan:8000
    zone: lan
    mode: gaming
    models: { large: { id: qwen-14b, context: 16384 } }
  ollama: { kind: ollama, url: 'http://127.0.0.1:11434', zone: local, models: { llama: { id: llama3.2 } } }
  hosted: { kind: openai, url: 'https://api.example.com', zone: cloud, models: { huge: { id: sonnet } } }
modes:
  gaming: { whenOn: force-only }
`,
  'clients.yaml': `clients:
  home: { keys: [{ env: HOME_KEY }], models: '*' }
  crew: { keys: [{ env: CREW_KEY }], models: [auto, fast], tags: [batch] }
`,
  'policy.yaml': `labels:
  private: { mayReach: local, onDenied: { reroute: fast } }
classify:
  privacy: { detectors: [secrets], patterns: [{ id: codename, regex: '(?i)project hermes' }], label: private }
  injection: { action: flag }
models:
  auto: { rules: main }
  fast: { targets: [gpu/small], fallback: [ollama/llama] }
  big: { targets: [pc/large], fallback: [fast] }
  huge: { targets: [hosted/huge] }
aliases: { gpt-4: big, small: fast }
rules:
  main:
    - { id: private-stays-home, when: { label: private }, to: fast }
    - { id: short-answers, when: { tag: batch }, clamp: { max_tokens: { max: 500 } } }
    - id: forced
      when:
        any:
          - header: { X-Force-Big: 'true' }
          - prompt: { contains: '#force_big' }
      to: big
      force: true
    - { id: no-poems, when: { prompt: { matches: '(?i)poem' }, not: { client: home } }, block: { status: 451, message: No poems. } }
    - { id: short, when: { tokens: { below: 2000 } }, to: fast }
    - id: medium
      when:
        tokens: { below: 16000 }
        healthy: pc
      to: big
    - { id: long, when: { tokens: { atLeast: 16000 } }, to: huge }
    - { id: else, to: fast }
`,
}

export interface Worked {
  compiled: CompiledPolicy
  sources: Sources
}

/** @throws Error with the diagnostics when it does not compile */
export async function compileWorked(changes: Readonly<Record<string, string>> = {}): Promise<Worked> {
  const files = { ...WORKED_POLICY, ...changes }
  const result = await compile({
    policies: 'policies',
    readFile: (path) => Promise.resolve(new TextEncoder().encode(files[basename(path)])),
  })
  const { sources, diagnostics } = result
  if (result.ok) return { compiled: result, sources }
  throw new Error(renderDiagnostics(diagnostics, { format: 'pretty', sources, color: false, max: 5 }))
}
