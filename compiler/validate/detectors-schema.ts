/**
 * Packs of detectors in zod: the twin of `DetectorsFile` in `config/detectors.ts`.
 */
import { z } from 'zod'
import type { DetectorsFile } from '../config/detectors.ts'
import {
  keyword,
  labelName,
  name,
  numberFrom,
  patternId,
  placeholder,
  plainText,
  regex,
  textFrom,
} from './scalar-schemas.ts'
import { several } from './shapes.ts'

const detector = z.strictObject({
  id: patternId,
  description: plainText.exactOptional(),
  regex,
  keywords: several(keyword, 'a list of words').exactOptional(),
  group: name.exactOptional(),
  check: z.enum(['luhn', 'mod97', 'none']).exactOptional(),
  minEntropy: numberFrom(0, 8).exactOptional(),
  placeholder: placeholder.exactOptional(),
  label: labelName.exactOptional(),
})

const detectorCase = z.strictObject({
  text: textFrom(1, 10_000),
  finds: z.array(patternId, { error: 'a list of ids, `[]` for nothing' }),
})

export const detectorsSchema: z.ZodType<DetectorsFile> = z.strictObject({
  version: z.literal(1).exactOptional(),
  detectors: several(detector, 'a list of detectors'),
  cases: z.array(detectorCase, { error: 'a list of cases, as `[{ text: …, finds: [] }]`' }).exactOptional(),
})
