import type { Explanation } from '#shared/contract/decide.ts'
import { count } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import type { Viewer } from '../viewer.ts'

type Place = Explanation['found'][string][number]

/** Places of one signal that are shown; the API has the others. */
const MOST_SHOWN = 20

const One = ({ viewer, place }: { viewer: Viewer; place: Place }) => {
  const { decisions: text } = viewer.text
  return (
    <li class="pill">
      <Said>{place.kind}</Said>{' '}
      {text.found_at[place.in](count(viewer, place.start), count(viewer, place.end))}
    </li>
  )
}

/** Where signals found something: the kind and its place in the text, never the text. */
export const FoundPlaces = ({ viewer, found }: { viewer: Viewer; found: Explanation['found'] }) => (
  <dl class="found-places">
    {Object.entries(found).map(([signal, places]) => (
      <div>
        <dt>
          <code>
            <Said>{signal}</Said>
          </code>
        </dt>
        <dd>
          <ul class="chips">
            {places.slice(0, MOST_SHOWN).map((place) => (
              <One viewer={viewer} place={place} />
            ))}
            {places.length > MOST_SHOWN && (
              <li class="quiet">
                {viewer.text.decisions.found_more(count(viewer, places.length - MOST_SHOWN))}
              </li>
            )}
          </ul>
        </dd>
      </div>
    ))}
  </dl>
)
