/** What OpenTelemetry's GenAI conventions call the operation of a surface. */

const OPERATIONS: Readonly<Record<string, string>> = {
  completions: 'text_completion',
  embeddings: 'embeddings',
}

export function operationOf(surface: string): string {
  return OPERATIONS[surface] ?? 'chat'
}
