import type { Subscription } from '#shared/contract/subscriptions.ts'
import { legacy } from './legacy.ts'
import type { Format } from './message.ts'
import { slack } from './slack.ts'
import { standard } from './standard.ts'

/** Every format by its name. */
export const FORMATS: Record<Subscription['format'], Format> = { standard, legacy, slack }
