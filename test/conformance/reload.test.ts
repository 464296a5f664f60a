/** A policy that changes under load: every answer by one table, none lost, and a broken edit changes nothing. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { requestReload } from '../../src/control/admin-client.ts'
import { json, paced } from '../upstream/reply.ts'
import { askOf, streamOf } from './harness/client.ts'
import { describeRuntimes } from './harness/describe-runtimes.ts'
import type { Gateway } from './harness/start-gateway.ts'

const SWAPS = 6
const CALLERS = 16
const STREAMS = 24

const options = { models: { left: {}, right: {} }, aliases: { moving: 'left' } }

async function editPolicy(gateway: Gateway, edit: (text: string) => string): Promise<void> {
  const file = join(gateway.folder, 'policies/policy.yaml')
  await writeFile(file, edit(await readFile(file, 'utf8')))
}

describeRuntimes(options, (bench) => {
  it('swaps an alias with no failed request and no broken stream', async () => {
    const { client, gateway, upstream } = bench
    for (const side of ['left', 'right']) {
      upstream.reply(`mock/${side}`, json(200, { id: side, choices: [] }))
    }
    const over = new AbortController()
    const answers: { status: number; side: unknown; model: unknown; digest: unknown }[] = []
    const callers = Array.from({ length: CALLERS }, async () => {
      while (!over.signal.aborted) {
        const { status, headers, json: read } = await client.chat(askOf('moving'))
        const { id } = read() as { id?: unknown }
        answers.push({ status, side: id, model: headers['x-aicc-model'], digest: headers['x-aicc-digest'] })
      }
    })
    for (let i = 0; i < SWAPS; i += 1) {
      const [from, to] = i % 2 === 0 ? ['left', 'right'] : ['right', 'left']
      await editPolicy(gateway, (text) => text.replace(`"moving": "${from}"`, `"moving": "${to}"`))
      expect(await requestReload(join(gateway.folder, 'state'), {})).toMatchObject({ how: 'swapped' })
    }
    over.abort()
    await Promise.all(callers)

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(answers.filter(({ side, model }) => side !== model)).toEqual([])
    // Which side answered is what the table of that digest says, each time.
    const sidesOf = Map.groupBy(answers, ({ digest }) => digest)
    expect([...sidesOf.values()].map((group) => new Set(group.map(({ side }) => side)).size)).toEqual(
      [...sidesOf.keys()].map(() => 1),
    )
    expect(new Set(answers.map(({ side }) => side))).toEqual(new Set(['left', 'right']))
  })

  it('lets a stream finish on the table it began with', async () => {
    const { client, gateway, upstream } = bench
    upstream.reply('mock/left', paced(30, 20))
    upstream.reply('mock/right', paced(30, 20))
    const open = await Promise.all(
      Array.from({ length: STREAMS }, async () => await client.open({ body: streamOf('moving') })),
    )
    const before = open[0]?.headers['x-aicc-digest']
    await editPolicy(gateway, (text) =>
      text.includes('"moving": "left"')
        ? text.replace('"moving": "left"', '"moving": "right"')
        : text.replace('"moving": "right"', '"moving": "left"'),
    )
    expect(await requestReload(join(gateway.folder, 'state'), {})).toMatchObject({ how: 'swapped' })
    const texts = await Promise.all(
      open.map(async ({ body }) => (await body.toArray()).map((part) => String(part)).join('')),
    )
    expect(texts.filter((text) => !text.endsWith('data: [DONE]\n\n') || text.includes('"error"'))).toEqual([])
    const after = await client.chat(streamOf('moving'))
    expect(after.headers['x-aicc-digest']).not.toBe(before)
  })

  it('keeps what it had when the edit is broken, and says where', async () => {
    const { client, gateway } = bench
    const digest = (await client.call()).headers['x-aicc-digest']
    const good = await readFile(join(gateway.folder, 'policies/policy.yaml'), 'utf8')
    await editPolicy(gateway, (text) => text.replace('mock/left', 'mcok/left'))
    const { code, stderr } = await compile(gateway)
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /error\[resolve\/unknown-backend\]: backend `mcok` is not defined\n {2}--> .*policy\.yaml:\d+:\d+/,
    )
    expect(stderr).toContain('did you mean `mock`?')
    expect(await requestReload(join(gateway.folder, 'state'), {})).toMatchObject({ kind: 'refused' })
    expect((await client.call()).headers['x-aicc-digest']).toBe(digest)
    await editPolicy(gateway, () => good)
  })
})

function compile(gateway: Gateway): Promise<{ code: number | null; stderr: string }> {
  const cli = join(import.meta.dirname, '../../compiler/commands/cli.ts')
  const flags = ['--policies', join(gateway.folder, 'policies'), '--state', join(gateway.folder, 'state')]
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [cli, 'compile', ...flags], (_error, _stdout, stderr) =>
      resolve({ code: child.exitCode, stderr }),
    )
  })
}
