/** What `deploy/` has for Prometheus and Grafana: promtool takes it, and each rule fires when it should and not before. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { hasPromtool, promtool } from './harness/promtool.ts'

const DEPLOY = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url))
const RULES = join(DEPLOY, 'aicc.rules.yml')
const DASHBOARD = fileURLToPath(new URL('../../deploy/grafana/aicc.json', import.meta.url))
const CASES = fileURLToPath(new URL('aicc.rules.test.yml', import.meta.url))

interface Rules {
  groups: { rules: { alert?: string; record?: string }[] }[]
}
interface Cases {
  tests: { alert_rule_test?: { alertname: string; exp_alerts?: object[] }[] }[]
}

const read = async (file: string): Promise<unknown> => parse(await readFile(file, 'utf8'))

it.skipIf(!hasPromtool).each([
  ['the rules', ['check', 'rules', RULES]],
  ['the scrape job', ['check', 'config', '--syntax-only', join(DEPLOY, 'prometheus.yml')]],
  ['what the rules are to do', ['test', 'rules', CASES]],
])('promtool takes %s', (_, args) => {
  expect(promtool(args)).toBe('')
})

it.skipIf(!hasPromtool)('promtool takes what the dashboard asks', async () => {
  const { panels } = (await read(DASHBOARD)) as { panels: { targets?: { expr: string }[] }[] }
  const asked = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
  const exprs = asked.map((expr) => expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, '.*'))
  expect(exprs.length).toBeGreaterThan(30)
  const rules = exprs.map((expr, i) => ({ record: `panel:${i}`, expr }))
  const folder = await mkdtemp(join(tmpdir(), 'aicc-deploy-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'rules.yml')
  await writeFile(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }))
  expect(promtool(['check', 'rules', file])).toBe('')
})

it('tries each alert, as it fires and as it does not', async () => {
  const { groups } = (await read(RULES)) as Rules
  const alerts = groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []))
  const cases = ((await read(CASES)) as Cases).tests.flatMap(({ alert_rule_test: tests = [] }) => tests)
  const tried = (fires: boolean): string[] =>
    cases.filter((one) => (one.exp_alerts !== undefined) === fires).map(({ alertname }) => alertname)
  expect(alerts.length).toBeGreaterThan(10)
  expect(new Set(tried(true))).toEqual(new Set(alerts))
  expect(new Set(tried(false))).toEqual(new Set(alerts))
})
