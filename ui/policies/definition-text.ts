import { plain } from '../parts/said.tsx'

/** A definition as it is written: its text as sent, or an object as its JSON, which is what findings count lines of. */
export const textOf = (definition: unknown): string =>
  typeof definition === 'string' ? definition : (JSON.stringify(definition, null, 2) ?? '')

/** What a form sends of a text: browsers write its line ends as two characters. */
export const unixLines = (text: string): string => text.replaceAll('\r\n', '\n')

/** Whether a text has characters that show nothing or turn the reading direction. */
export const hasHidden = (text: string): boolean => plain(text) !== text
