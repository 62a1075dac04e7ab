/** Every notice that crosses the bus: ids only, versioned. */
export type Notices = {
  /** A key or the project it belongs to changed: forget what you cached of it. */
  'key.changed.v1': { project_id: string }
}

export type Subject = keyof Notices
