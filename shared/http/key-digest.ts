import { hash } from 'node:crypto'

/**
 * What the database knows of a key, and by what it is looked up. Keys are 256 random bits, so a plain SHA-256
 * cannot be searched; keys of any length have digests of one length, which compare in constant time.
 */
export const keyDigest = (key: string): Buffer => hash('sha256', key, 'buffer')
