import type { RouteTable } from './route-table.ts'

/** Where Mattermost calls, if the policy has it so. */
export const MATTERMOST_PATH = '/hooks/mattermost'

/**
 * What the gateway answers without a client's key: this and nothing else. The compiler prints it, and a test holds the
 * app to it.
 */
export function openRoutes({ hooks }: Partial<Pick<RouteTable, 'hooks'>>): string[] {
  return ['/health', ...(hooks === undefined ? [] : [MATTERMOST_PATH])]
}
