/** An edge that lives and answers nobody: it is replaced, and who called meanwhile is answered. Takes its 11 s. */
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { fetchStatus } from '../../src/control/admin-client.ts'
import { describeRuntimes } from './harness/describe-runtimes.ts'

describeRuntimes({ models: { small: {} } }, (bench) => {
  it('replaces an edge that hangs', async () => {
    const { client, gateway } = bench
    const { edgePid } = gateway.run
    onTestFinished(() => {
      try {
        // Nothing stopped stays behind, whatever fails.
        process.kill(edgePid, 'SIGCONT')
      } catch {
        // It is gone, as it should be.
      }
    })
    process.kill(edgePid, 'SIGSTOP')
    const { status } = await client.call()
    expect(status).toBe(200)
    expect(() => process.kill(edgePid, 0)).toThrow('ESRCH')
    // The new edge may answer a call before the control process has heard from it.
    await expect
      .poll(() => fetchStatus(join(gateway.folder, 'state'), {}))
      .toMatchObject({ status: { edge: { state: 'running', restarts: 0, hangs: 1 } } })
    expect(gateway.output()).toMatch(
      /edge \d+ has not answered for 10 s.*\n.*hung \(SIGKILL\); starting another/,
    )
  })
})
