import type { Status } from './story.ts'

/** Ends a story before its time, as an exception would end the app. */
export class Halt extends Error {
  override readonly name = 'Halt'
  readonly status: Status
  constructor(status: Status, error = '') {
    super(error)
    this.status = status
  }
}
