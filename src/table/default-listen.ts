/**
 * Where the gateway listens unless a policy or a flag says otherwise. The one place that says so: compiler,
 * control process and command read it here, and tests hold the editors' schema to it.
 */
export const DEFAULT_LISTEN: { readonly https: string; readonly http: string; readonly admin: string } = {
  /** For everybody. */
  https: '0.0.0.0:8443',
  /** Plain, for this machine. */
  http: '127.0.0.1:4000',
  /** The admin API; loopback only, and no policy moves it. */
  admin: '127.0.0.1:8444',
}
