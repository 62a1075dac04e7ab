/** The parts of a span, or of a trace's own words, that a search can be held to. */
export const SCOPES = ['input', 'output', 'error', 'name'] as const
export type Scope = (typeof SCOPES)[number]

/** One thing to look for: a word or an exact phrase. All of a search hold together. */
export type SearchTerm = {
  text: string
  /** Null is anywhere. */
  scope: Scope | null
  negated: boolean
  /** The last word may go on. */
  prefix: boolean
}

/** What can be searched of a span, or of a trace itself. */
export type Texts = Record<Scope, string>
