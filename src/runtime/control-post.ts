/** What both runtimes' fetch have in common, as far as the control socket needs it. */
export type ControlPost = (
  url: string,
  init: { method: 'POST'; headers: Record<string, string>; body: string; signal: AbortSignal },
) => Promise<{ status: number; text: () => Promise<string> }>

/**
 * One call of the control process.
 * @param options.body sent as JSON; a text is JSON already
 * @throws Error when there is no answer in time or the signal is aborted, or it says that it cannot just now
 */
export async function askControl(
  post: ControlPost,
  {
    path,
    body,
    withinMs,
    signal,
  }: { path: string; body: object | string; withinMs: number; signal?: AbortSignal },
): Promise<{ status: number; text: string }> {
  const timeout = AbortSignal.timeout(withinMs)
  const response = await post(`http://control${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  })
  // Read to its end, so that the connection can serve again.
  const text = await response.text()
  if (response.status >= 500) throw new Error(`the control process answered ${response.status}`)
  return { status: response.status, text }
}
