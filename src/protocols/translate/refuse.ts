/** Refusals of a request that cannot be translated. Both are thrown by the caller, so that a reader sees where it ends. */
import { GatewayError } from '../../errors.ts'

/** @param param the field at fault, by the client's name */
export function invalidField(param: string, message: string): GatewayError {
  return new GatewayError('invalid_field', message, { param })
}

/**
 * For what the backend's protocol cannot say and whose loss would change the meaning.
 * @param param the field at fault, by the client's name
 */
export function notTranslatable(param: string, message: string): GatewayError {
  return new GatewayError('not_translatable', message, { param })
}
