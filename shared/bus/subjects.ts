import { Type as t, type Static } from '@sinclair/typebox'

/** Every notice that crosses the bus: ids only, versioned. What a newer hub adds to one is ignored by an older. */
export const NOTICES = {
  /** A key or the project it belongs to changed: forget what you cached of it. */
  'key.changed.v1': t.Object({ project_id: t.String({ minLength: 1, maxLength: 64 }) }),
  /** How long a project keeps its traces changed: file back-dated ones accordingly. */
  'retention.changed.v1': t.Object({ project_id: t.String({ minLength: 1, maxLength: 64 }) }),
  /** Which policy decides for a project changed, or will at a later time: forget what you compiled for it. */
  'policy.activated.v1': t.Object({ project_no: t.Integer() }),
  /** Events were committed to the outbox: fan them out. */
  'outbox.ready.v1': t.Object({}),
}

export type Subject = keyof typeof NOTICES

export type Notices = { [S in Subject]: Static<(typeof NOTICES)[S]> }
