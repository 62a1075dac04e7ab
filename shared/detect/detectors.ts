import type { DetectorName } from '#shared/schema/masking.ts'
import { apiKey } from './api-key.ts'
import { card } from './card.ts'
import { email } from './email.ts'
import { phone } from './phone.ts'
import { rrn } from './rrn.ts'
import type { Span } from './span.ts'

/** Finds one kind of private thing in a text, in order and in time linear in the text. */
export type Detector = { name: DetectorName; find(text: string): Span[] }

/** In the order in which they look: a card number is no telephone number. */
export const ALL_DETECTORS: Detector[] = [apiKey, email, rrn, card, phone]
