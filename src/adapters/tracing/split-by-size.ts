/** Neighbours stay together until they would be too much for one request. */

export interface Sized {
  /** JSON. */
  json: string
}

/** @param most characters; what is longer alone stands alone */
export function splitBySize<T extends Sized>(items: readonly T[], most: number): T[][] {
  const groups: T[][] = []
  let size = 0
  for (const item of items) {
    const group = groups.at(-1)
    if (group === undefined || size + item.json.length > most) {
      groups.push([item])
      size = item.json.length
    } else {
      group.push(item)
      size += item.json.length
    }
  }
  return groups
}
