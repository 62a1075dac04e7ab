import type { DetectorName } from '#shared/schema/masking.ts'
import { apiKey } from './api-key.ts'
import { card } from './card.ts'
import { email } from './email.ts'
import { phone } from './phone.ts'
import { rrn } from './rrn.ts'

/** Finds one kind of private thing in a text and puts the mark in its place, in time linear in the text. */
export type Detector = { name: DetectorName; mask(text: string, mark: string): string }

/** In the order in which they look: a card number is no telephone number. */
export const ALL_DETECTORS: Detector[] = [apiKey, email, rrn, card, phone]
