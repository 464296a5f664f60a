/** What is written after the reader has gone, as in `aicc explain … | head -1`, is lost quietly; the exit code stays. */
export function tolerateClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}
