import type { Text } from '../text/text.ts'

/** What a snippet is filled with: where the API is, the project's key, and a conversation in the viewer's language. */
export type Said = {
  api: string
  key: string
  question: string
  answer: string
  /** Milliseconds since 1970. */
  now: number
}

/** One text to copy on the way into the hub. */
export type Step = {
  /** Names the element that holds the text. */
  id: string
  kind: keyof Text['empty']['steps']
  /** Which of several versions or languages it is for, where there are several. */
  only?: string
  text: string
}

/** A way into the hub: who sends, and what has to be set or run for it. */
export type Integration = {
  /** Names it in the address of the page; the catalogues have a note on each. */
  id: keyof Text['empty']['notes']
  title: string
  steps: (said: Said) => Step[]
}

/** A text as it is written in JavaScript and in Python. */
export const quote = (text: string) => JSON.stringify(text)

/** Variables as a shell sets them for what it starts. */
export const exported = (variables: Record<string, string>): string =>
  Object.entries(variables)
    .map(([name, value]) => `export ${name}=${value}`)
    .join('\n')
