/**
 * Flags that several commands have, each also an environment variable.
 */
import { Option } from 'commander'

export function policiesOption(): Option {
  return new Option('--policies <dir>', 'folder of the policies').env('AICC_POLICIES').default('policies')
}

export function stateOption(): Option {
  return new Option('--state <dir>', 'state folder of the gateway').env('AICC_STATE').default('.aicc')
}

export function jsonOption(): Option {
  return new Option('--json', 'print JSON')
}
