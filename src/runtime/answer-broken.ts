/** What an answer on Node is broken off with: the pipeline has told of why. */
export class AnswerBroken extends Error {
  override name = 'AnswerBroken'
}
