/** Members of a JSON object as text without braces, as they are put into a body. */

/** @param members JSON members without braces; '' for none */
export function membersOf(members: string): Record<string, unknown> {
  return JSON.parse(`{${members}}`) as Record<string, unknown>
}

export function membersText(members: Iterable<readonly [key: string, value: unknown]>): string {
  return Array.from(members, ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')
}

export function joinMembers(members: string, more: string): string {
  return members === '' ? more : `${members},${more}`
}
