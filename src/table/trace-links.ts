/** What ties the trace of a request to others. */
export interface TraceLinks {
  /** The conversation that it is a part of, as the client calls it. */
  session?: string
  /** The client's own trace and the span in it that this request belongs to: `trace-span`, in hexadecimal digits. */
  parent?: string
  /** The backend that answered makes its part of the same trace, and counts the cost there. */
  joined?: true
}
