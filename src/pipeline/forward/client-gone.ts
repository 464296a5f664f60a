/** The client went away, or takes nothing any more: there is nobody to answer. */
export class ClientGone extends Error {
  override name = 'ClientGone'
}

/** Never seen on the wire. nginx's number for it. */
export const CLIENT_CLOSED_REQUEST = 499
