/**
 * What the gateway answers without a key: this and nothing else. The compiler prints it, and a test holds the
 * app to it.
 */
export const OPEN_ROUTES: readonly string[] = ['/health']
