/** Members of requests in a backend's own protocol, by their names there. */
export interface OwnMembers {
  /** Seconds; -1 = for good. */
  keep_alive?: number
  options?: Record<string, number>
}
