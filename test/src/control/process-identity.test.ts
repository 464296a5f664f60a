import { describe, expect, it } from 'vitest'
import { listProcesses, processCommand } from '../../../src/control/process-identity.ts'

describe('listProcesses', () => {
  it('knows every process by its whole command line', async () => {
    const command = await processCommand(process.pid)
    expect(command).not.toBeNull()
    expect(await listProcesses()).toContainEqual({ pid: process.pid, command })
  })
})
