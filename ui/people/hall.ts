import type { BlockList } from 'node:net'
import type { Deps } from '#shared/service.ts'
import type { Passwords } from './passwords.ts'

/** What signing in and managing people work with. */
export type Hall = Pick<Deps, 'config' | 'database' | 'cache' | 'clock' | 'log'> & {
  passwords: Passwords
  proxies: BlockList
}
