import { type PrivacyScan, scanPrivacy } from '../../src/pipeline/classify/scan-privacy.ts'
import type { RouteTable } from '../../src/table/route-table.ts'

/** What the privacy guard of a table says of one text in a message. */
export function scanText(text: string, table: RouteTable): PrivacyScan {
  const path = ['messages', 0, 'content']
  return scanPrivacy(
    { parts: [{ role: 'user', kind: 'text', text, path }] },
    { images: false, opaque: false },
    { table },
  )
}
