/** An environment variable whose value is the secret. */
export interface SecretRef {
  env: string
}
