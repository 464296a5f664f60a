/** The half of the texts that the weights of the token estimate are fitted to; the other half judges them. */
export function wasFitted(id: string): boolean {
  return Array.from(id).reduce((hash, character) => (hash * 31 + character.charCodeAt(0)) >>> 0, 7) % 2 === 0
}
