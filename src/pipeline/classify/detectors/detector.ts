/**
 * What privacy detectors give. Each is a pure function over plain text, the parts of a request separated by line ends,
 * in time linear in its length.
 */

export interface Find {
  start: number
  end: number
  /** What was found, such as `aws-key` or `email`: the name of a placeholder, never the text itself. */
  kind: string
}
