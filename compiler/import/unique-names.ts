/**
 * Names of ours for things that had names of other forms, each used once.
 */

export interface UniqueNames {
  /** The wish in our form; with a number behind it when it is taken. */
  claim: (wish: string) => string
}

export function createUniqueNames(reserved: readonly string[] = []): UniqueNames {
  const used = new Set(reserved)
  return {
    claim: (wish) => {
      const base = wish
        .replaceAll(/[^A-Za-z0-9._:-]+/g, '-')
        .replaceAll(/^[^A-Za-z0-9]+|-+$/g, '')
        .slice(0, 58)
      const stem = base === '' ? 'unnamed' : base
      let name = stem
      for (let n = 2; used.has(name); n++) name = `${stem}-${n}`
      used.add(name)
      return name
    },
  }
}

/** `gpu-host` → `GPU_HOST_API_KEY`. */
export function envNameFor(name: string): string {
  const stem = name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')
  return `${/^[A-Z]/.test(stem) ? '' : 'BACKEND_'}${stem}_API_KEY`
}
