/** The client went away, or takes nothing any more: there is nobody to answer. */
export class ClientGone extends Error {
  override name = 'ClientGone'
}
