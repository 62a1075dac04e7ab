/** Members of a run that a multipart body has as parts of their own. */
export const FIELDS = ['inputs', 'outputs', 'events', 'extra', 'error', 'serialized'] as const

export type Field = (typeof FIELDS)[number]
