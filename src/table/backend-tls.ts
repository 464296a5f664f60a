/** How the backend's certificate is judged. Present when the origin is https. */
export interface BackendTls {
  /** PEM of the CA to trust in place of the public ones; null = public CAs. */
  ca: string | null
  /** Name expected in the certificate; null = the origin's host. */
  serverName: string | null
}
