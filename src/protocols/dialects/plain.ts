/** Operations whose answer is one JSON object, never streamed: embeddings, rerank, moderations and the like. */
import { chat } from './chat.ts'
import type { Dialect } from '../dialect.ts'
import { judgeJsonAnswer } from './json-answer.ts'

export const plain: Dialect = { ...chat, judgeAnswer: (bytes) => judgeJsonAnswer(bytes, null) }
