/** A row of the development data, as far as the trainer reads it. */
export interface LabelledText {
  text: string
  /** An injection or a jailbreak. */
  malicious: boolean
  source: string
  kind: string
}
