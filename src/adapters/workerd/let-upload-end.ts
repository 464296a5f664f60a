/**
 * Lets a body come that nobody reads. workerd answers, and closes the connection under a client that is still sending: its
 * system tells it of a reset, and libraries that hear of that first never read why they were refused.
 */

/** Who sends more, or more slowly, is refused as before. */
const MOST_BYTES = 1024 * 1024
const MOST_MS = 1000

/** Resolves when the body has come, has broken off, or is waited for no longer; never rejects. */
export async function letUploadEnd(body: ReadableStream<Uint8Array>): Promise<void> {
  const reader = body.getReader()
  let timer: ReturnType<typeof setTimeout> | undefined
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(() => resolve(), MOST_MS)
  })
  await Promise.race([patience, readOn(reader)])
  clearTimeout(timer)
}

async function readOn(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    for (let bytes = 0; bytes <= MOST_BYTES;) {
      const { done, value } = await reader.read()
      if (done) return
      bytes += value.byteLength
    }
  } catch {
    // The client has gone, and needs no answer.
  }
}
