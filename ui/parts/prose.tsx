import type { Viewer } from '../viewer.ts'
import { saidPieces } from './said.tsx'
import { ShowAll, shownOf } from './show-all.tsx'

type Props = {
  viewer: Viewer
  text: string
  id?: string
  /** The payload that it is part of, which can be shown whole. */
  of: string
}

/** Text as it was sent, with its line breaks; never read as markup. */
export const Prose = ({ viewer, text, id, of }: Props) => {
  const most = shownOf(viewer, of)
  return (
    <>
      <div class="prose" dir="auto" id={id}>
        {saidPieces(text.length > most ? text.slice(0, most) : text)}
      </div>
      {text.length > most && <ShowAll viewer={viewer} id={of} size={Buffer.byteLength(text)} />}
    </>
  )
}
