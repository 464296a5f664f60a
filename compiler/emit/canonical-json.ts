/**
 * JSON in one spelling: keys sorted by UTF-16 code units, and nothing that JSON would mangle.
 */

/**
 * A copy with sorted keys; those that are whole numbers come first, by size, as in every JavaScript object.
 * @throws TypeError for what JSON cannot carry: a bug of ours, never of a policy.
 */
export function canonicalize(value: unknown, path = '$'): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || Object.is(value, -0))
      throw new TypeError(`${path} is a number that JSON changes`)
    return value
  }
  if (Array.isArray(value)) return value.map((item, i) => canonicalize(item, `${path}[${i}]`))
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) {
    throw new TypeError(`${path} is not JSON data`)
  }
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  // In an object literal, which is what the emitted module is, this key would set the prototype.
  if (Object.hasOwn(value, '__proto__')) throw new TypeError(`${path} has a key __proto__`)
  return Object.fromEntries(entries.map(([key, item]) => [key, canonicalize(item, `${path}.${key}`)]))
}

/** Without white space: the form that is hashed. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(canonicalize(value))
}
