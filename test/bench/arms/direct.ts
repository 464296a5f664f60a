/**
 * No gateway: the mock itself.
 */
import type { Arm } from '../arm.ts'
import type { Mock } from '../loadgen.ts'

export function direct(mock: Mock): Arm {
  return {
    name: 'direct',
    label: 'the mock itself',
    http: { url: `http://127.0.0.1:${mock.http}/v1/chat/completions`, headers: {}, ca: '' },
    https: { url: `https://127.0.0.1:${mock.https}/v1/chat/completions`, headers: {}, ca: mock.cert },
    pid: null,
    controlPid: null,
  }
}
