import { saidPieces } from './said.tsx'

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)

/** Text from a trace in which what was searched for is marked. */
export function Marked({ text, marks }: { text: string; marks: string[] }) {
  if (marks.length === 0) return <bdi>{saidPieces(text)}</bdi>
  const parts = text.split(new RegExp(`(${marks.map(literal).join('|')})`, 'iu'))
  // Every second part is one that was found.
  return (
    <bdi>{parts.map((part, at) => (at % 2 === 1 ? <mark>{saidPieces(part)}</mark> : saidPieces(part)))}</bdi>
  )
}
