/** Own property of a record, or undefined: a name such as `__proto__` finds nothing. */
export function lookup<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
