import type { Subscription } from '#shared/contract/subscriptions.ts'
import { HubError } from '#shared/errors.ts'

type Wanted = Pick<Subscription, 'format' | 'events'>

/** The MVP's body tells of a case; of anything else it has nothing to say. */
export function checkWanted({ format, events }: Wanted): void {
  if (format !== 'legacy' || events.every((name) => name.startsWith('case.'))) return
  throw new HubError('validation_error', {
    issues: [
      { type: 'value_error', loc: ['body', 'events'], msg: 'The legacy format carries case events only' },
    ],
  })
}
