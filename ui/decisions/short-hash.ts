const SHOWN = 12

/** The first digits of a policy's hash, without the name of how it was made: enough to tell two by. */
export const shortHash = (hash: string): string => hash.replace(/^[\w-]+:/, '').slice(0, SHOWN)
