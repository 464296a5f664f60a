/**
 * The defaults stand twice: in `defaults.ts` for the compiler, in `config/` for editors.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULTS } from '../../../compiler/resolve/defaults.ts'

interface Schema {
  definitions: Record<string, Definition>
}

interface Definition {
  default?: unknown
  properties?: Record<string, { default?: unknown }>
}

function schemaOf(name: string): Schema & Definition {
  return JSON.parse(readFileSync(join(import.meta.dirname, `../../../schemas/${name}.schema.json`), 'utf8'))
}

const policy = schemaOf('policy')
const backends = schemaOf('backends')
const clients = schemaOf('clients')

function defaultsOf(definition: Definition | undefined): Record<string, unknown> {
  const properties = Object.entries(definition?.properties ?? {})
  return Object.fromEntries(
    properties.flatMap(([name, { default: value }]) => (value === undefined ? [] : [[name, value]])),
  )
}

/** What the schema of `policy.yaml` says by definition, and what holds. */
const { for: fires, clearsAfter, repeat } = DEFAULTS.alert
const ALERT_TIMES = { for: fires, clearsAfter, repeat }

const OF_POLICY: Record<string, unknown> = {
  TimeoutsConfig: DEFAULTS.timeouts,
  ListenConfig: DEFAULTS.listen,
  LimitsConfig: DEFAULTS.limits,
  BreakerConfig: DEFAULTS.breaker,
  RedisConfig: { prefix: DEFAULTS.redisPrefix },
  OnFailuresConfig: DEFAULTS.onFailure,
  RetryConfig: DEFAULTS.retry,
  CorsConfig: DEFAULTS.cors,
  ServedModelConfig: {
    keepAlive: DEFAULTS.keepAlive,
    balance: DEFAULTS.balance,
    onBreak: DEFAULTS.onBreak,
    translation: DEFAULTS.translation,
    serverTools: DEFAULTS.serverTools,
  },
  LabelConfig: DEFAULTS.label,
  ScanConfig: DEFAULTS.scan,
  PrivacyConfig: { detectors: DEFAULTS.privacyDetectors },
  EntropyConfig: DEFAULTS.entropy,
  InjectionConfig: { detectors: ['builtin'], action: DEFAULTS.injectionAction },
  InjectionThresholdsConfig: DEFAULTS.injectionThresholds,
  ComplexityConfig: {
    simple: { maxTokens: DEFAULTS.complexity.simpleTokens },
    medium: { maxTokens: DEFAULTS.complexity.mediumTokens },
  },
  ComplexityClassifierConfig: { timeout: DEFAULTS.complexity.classifierTimeout },
  // Whether case counts has no constant: what is left out is simply not true.
  ContainsConfig: { caseSensitive: false },
  BlockConfig: { status: DEFAULTS.blockStatus },
  ErrorRateAlertConfig: DEFAULTS.alert,
  DurationAlertConfig: DEFAULTS.alert,
  FirstTokenAlertConfig: DEFAULTS.alert,
  CacheRateAlertConfig: DEFAULTS.alert,
  BackendDownAlertConfig: ALERT_TIMES,
  BudgetAlertConfig: ALERT_TIMES,
  TraceAgeAlertConfig: ALERT_TIMES,
  LangfuseSinkConfig: { content: DEFAULTS.traceContent, backlog: DEFAULTS.traceBacklog },
  OtlpSinkConfig: { content: DEFAULTS.traceContent, backlog: DEFAULTS.traceBacklog },
}

describe('defaults', () => {
  it.each(Object.entries(policy.definitions))('%s: what editors show is what holds', (name, definition) => {
    expect(defaultsOf(definition)).toEqual(OF_POLICY[name] ?? {})
  })

  it('has all of them in the schema', () => {
    expect(Object.keys(OF_POLICY).filter((name) => !(name in policy.definitions))).toEqual([])
  })

  it('says the same of the policy itself', () => {
    const { zones, timeZone, fileUrls } = DEFAULTS
    expect(defaultsOf(policy)).toEqual({ version: 2, zones, timeZone, fileUrls })
    expect(policy.definitions['PromptPart']?.default).toBe(DEFAULTS.promptPart)
  })

  it('says the same of clients', () => {
    expect(defaultsOf(clients.definitions['SigningConfig'])).toEqual(DEFAULTS.signing)
  })

  it('says the same of backends and modes', () => {
    const { interval, timeout, unknown, equals } = DEFAULTS.modeHost
    const { startsWithin, keepsState, unsupported } = DEFAULTS
    const HTTP_BACKEND = { startsWithin, keepsState, unsupported, streamUsage: 'ask' }
    const { broadcast, port, method } = DEFAULTS.wake
    const shown = Object.entries(backends.definitions).flatMap(([name, definition]) => {
      const found = defaultsOf(definition)
      return Object.keys(found).length === 0 ? [] : [[name, found]]
    })
    expect(Object.fromEntries(shown)).toEqual({
      HealthConfig: DEFAULTS.health,
      ManualModeConfig: { kind: 'manual', whenOn: DEFAULTS.mode.whenOn },
      HttpSwitchModeConfig: { whenOn: DEFAULTS.mode.whenOn, interval, timeout, unknown },
      ModeSignConfig: { equals },
      QueueConfig: DEFAULTS.queue,
      WakePacketConfig: { broadcast, port },
      WakeUrlConfig: { method },
      OpenAiBackendConfig: HTTP_BACKEND,
      AnthropicBackendConfig: HTTP_BACKEND,
      VllmBackendConfig: HTTP_BACKEND,
      LlamaCppBackendConfig: HTTP_BACKEND,
      MlxBackendConfig: HTTP_BACKEND,
      LiteLlmBackendConfig: { ...HTTP_BACKEND, traces: DEFAULTS.traces },
      OllamaBackendConfig: HTTP_BACKEND,
      OpenCodeBackendConfig: HTTP_BACKEND,
    })
  })
})
