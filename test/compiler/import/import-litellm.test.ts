/**
 * Configurations in the shapes of LiteLLM's documentation → policies that compile. Beside each stands what is made of
 * it: after a change that is meant, `npx vitest run test/compiler/import -u`, then read the diff.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { compileTexts } from '../../property/compile-documents.ts'
import { importLiteLlm } from '../../../compiler/import/import-litellm.ts'
import { toYaml } from '../../../compiler/import/to-yaml.ts'

const FOLDER = join(import.meta.dirname, 'configs')
const configs = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'))
const LITELLM = { url: 'http://127.0.0.1:4001', keyEnv: 'LITELLM_KEY' }

describe('importLiteLlm', () => {
  it.each(configs)('%s', async (name) => {
    const config: unknown = parse(readFileSync(join(FOLDER, name), 'utf8'), { merge: true })
    const { policy, backends, clients, findings } = importLiteLlm(config, LITELLM)
    const texts = {
      policy: toYaml(policy, 'policy.yaml'),
      backends: toYaml(backends, 'backends.yaml'),
      clients: toYaml(clients, 'clients.yaml'),
    }
    const list = findings.map(({ kind, path, value, why }) => `${kind} ${path}: ${value ?? ''}\n  ${why}\n`)
    const all = [...Object.values(texts), ...list].join('\n')
    await expect(all).toMatchFileSnapshot(join(FOLDER, name.replace('.yaml', '.expected')))
    expect(all, 'a secret').not.toContain('canary')

    const result = await compileTexts(texts)
    expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('takes or lists every value', () => {
    const config: unknown = parse(readFileSync(join(FOLDER, 'team.yaml'), 'utf8'))
    const odd = { ...(config as object), never_heard_of: { a: 1 }, router_settings: { never: [1, { x: 2 }] } }
    const { findings } = importLiteLlm(odd, LITELLM)
    const paths = findings.filter(({ kind }) => kind === 'left').map(({ path }) => path)
    expect(paths).toEqual(expect.arrayContaining(['never_heard_of', 'router_settings.never']))
  })

  it('follows fallbacks of everything to everything', () => {
    const names = Array.from({ length: 40 }, (_, i) => `m${i}`)
    const { policy } = importLiteLlm(
      {
        model_list: names.map((name) => ({ model_name: name, litellm_params: { model: `openai/${name}` } })),
        router_settings: {
          fallbacks: names.map((name) => ({ [name]: names.filter((other) => other !== name) })),
        },
      },
      LITELLM,
    )
    expect(
      Object.values(policy.models).map((model) => ('fallback' in model ? model.fallback?.length : 0)),
    ).toEqual(names.map(() => names.length - 1))
  })

  it.each([null, 'x', [], {}, { model_list: 'x' }, { model_list: [null, 1, {}] }])(
    'makes nothing of %j, and does not fail',
    (config) => {
      expect(importLiteLlm(config, LITELLM).policy.models).toEqual({})
    },
  )
})
