/**
 * Another gateway's configuration, read with a memory: what nobody took is left over, so nothing is dropped in silence.
 */

export type Key = string | number
export type SourcePath = readonly Key[]

export interface Source {
  /** The value at a path, which counts as dealt with from now on. */
  take: (path: SourcePath) => unknown
  /** The value at a path, to look at. */
  peek: (path: SourcePath) => unknown
  /** Paths of what nobody took, each as far up as nobody took anything below it. */
  leftovers: () => SourcePath[]
}

/** @param sections parts whose entries are listed one by one, even when nobody took any */
export function createSource(root: unknown, sections: readonly string[]): Source {
  const taken = new Set<string>()
  const entered = new Set<string>([keyOf([]), ...sections.map((section) => keyOf([section]))])
  const peek = (path: SourcePath): unknown =>
    path.reduce<unknown>((at, key) => (isContainer(at) ? (at as Record<Key, unknown>)[key] : undefined), root)
  const leftovers = (path: SourcePath, value: unknown): SourcePath[] => {
    if (taken.has(keyOf(path))) return []
    if (!isContainer(value) || !entered.has(keyOf(path))) return value === undefined ? [] : [path]
    const children = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
    return children.flatMap(([key, child]) => leftovers([...path, key], child))
  }
  return {
    peek,
    take: (path) => {
      taken.add(keyOf(path))
      for (let depth = 0; depth < path.length; depth++) entered.add(keyOf(path.slice(0, depth)))
      return peek(path)
    },
    leftovers: () => leftovers([], root),
  }
}

/** `router_settings.fallbacks[0]`. */
export function showSourcePath(path: SourcePath): string {
  return path
    .map((key, i) => {
      if (typeof key === 'number') return `[${key}]`
      return i === 0 ? key : `.${key}`
    })
    .join('')
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return isContainer(value) && !Array.isArray(value)
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function keyOf(path: SourcePath): string {
  return JSON.stringify(path)
}
