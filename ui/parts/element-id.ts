/** A stable element id for a thing whose own id may be any text. */
export const elementId = (kind: string, id: string): string => `${kind}-${Bun.hash(id).toString(36)}`
