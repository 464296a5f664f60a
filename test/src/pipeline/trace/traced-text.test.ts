import { expect, it } from 'vitest'
import { recordWithText } from '../../../../src/pipeline/trace/traced-text.ts'
import { AnswerText } from '../../../../src/pipeline/trace/answer-text.ts'
import { createTextsInHand } from '../../../../src/pipeline/trace/texts-in-hand.ts'
import type { EdgeEvent } from '../../../../src/ports.ts'
import type { RequestRecord } from '../../../../src/table/request-record.ts'
import { makeRecord } from '../../make-record.ts'

it('keeps the record where its text cannot be told, and says so without quoting it', async () => {
  const records: RequestRecord[] = []
  const events: EdgeEvent[] = []
  const ports = {
    record: (record: RequestRecord): void => void records.push(record),
    log: (event: EdgeEvent): void => void events.push(event),
  }
  const end = (): never => {
    throw new TypeError('what was said')
  }
  await recordWithText(
    makeRecord({ id: 'a' }),
    { answer: new AnswerText(1, createTextsInHand()), end },
    ports,
  )
  expect(records).toEqual([makeRecord({ id: 'a' })])
  expect(events).toEqual([
    { event: 'internal-error', correlationId: 'c-a', cause: 'the text of a trace: TypeError' },
  ])
})
