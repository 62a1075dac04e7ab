import type { Viewer } from '../viewer.ts'
import { count } from './quantity.ts'
import { saidPieces } from './said.tsx'

const MOST_CHARACTERS = 200_000

/** Text as it was sent, with its line breaks; never read as markup. */
export const Prose = ({ viewer, text, id }: { viewer: Viewer; text: string; id?: string }) => {
  const shown = text.length > MOST_CHARACTERS ? text.slice(0, MOST_CHARACTERS) : text
  return (
    <>
      <div class="prose" dir="auto" id={id}>
        {saidPieces(shown)}
      </div>
      {shown !== text && <p class="hint">{viewer.text.payload.cut(count(viewer, MOST_CHARACTERS))}</p>}
    </>
  )
}
