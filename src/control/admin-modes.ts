/**
 * The admin API's routes for modes: list them, look at one, switch it.
 */
import { Hono } from 'hono'
import { GatewayError } from '../errors.ts'
import type { ReloadResult } from './gateway.ts'
import type { ModeStatus } from './mode-status.ts'

export interface ModeControl {
  list: () => ModeStatus[]
  /** Brings it into force, and keeps it for the next start. */
  switch: (name: string, on: boolean) => Promise<ReloadResult>
  /** Help for a name that is not known. */
  suggest: (written: string, known: readonly string[]) => string
}

export function adminModes(modes: ModeControl): Hono {
  const app = new Hono()
  const find = (name: string): ModeStatus => {
    const all = modes.list()
    const found = all.find((mode) => mode.name === name)
    if (found !== undefined) return found
    const help = modes.suggest(
      name,
      all.map((mode) => mode.name),
    )
    throw new GatewayError('not_found', `there is no mode \`${name}\`: ${help}`)
  }
  app.get('/', (context) => context.json({ modes: modes.list() }))
  app.get('/:name', (context) => context.json(find(context.req.param('name'))))
  app.put('/:name', async (context) => {
    const { name } = find(context.req.param('name'))
    const result = await modes.switch(name, await readSwitch(context.req.raw))
    if (result.kind === 'reloaded') return context.json(find(name))
    return context.json({ diagnostics: result.diagnostics, rendered: result.rendered }, 409)
  })
  return app
}

async function readSwitch(request: Request): Promise<boolean> {
  const body: unknown = await request.json().catch(() => null)
  const { on } = (body ?? {}) as { on?: unknown }
  if (typeof on === 'boolean') return on
  throw new GatewayError('invalid_field', 'write {"on": true} or {"on": false}', { param: 'on' })
}
