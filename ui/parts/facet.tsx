import { printPattern } from '#shared/filter/print-filter.ts'
import type { Pattern } from '#shared/filter/term.ts'
import type { Viewer } from '../viewer.ts'
import { count } from './quantity.ts'
import { Said } from './said.tsx'

/** A value that can be ticked: as a filter writes it, as a person reads it, and how often it was said. */
export type Offer = { pattern: Pattern; name: string; count: number | null }

type Props = {
  viewer: Viewer
  field: string
  label: string
  offers: Offer[]
  /** What is ticked; values that nobody offers stand first. */
  chosen: Pattern[]
  /** Whether a line takes any other value. */
  is_open: boolean
}

const same = (one: Pattern, other: Pattern) => printPattern(one) === printPattern(other)

/** The values of one field as boxes to tick; several are alternatives. */
export const Facet = ({ viewer, field, label, offers, chosen, is_open }: Props) => {
  const { bar } = viewer.text
  const others = chosen.filter((pattern) => !offers.some((offer) => same(offer.pattern, pattern)))
  const all = [...others.map((pattern) => ({ pattern, name: printPattern(pattern), count: null })), ...offers]
  return (
    <fieldset class="facet">
      <legend>{label}</legend>
      {all.length > 0 && (
        <div class="facet-values">
          {all.map((offer) => (
            <label class="tick">
              <input
                type="checkbox"
                name={`f.${field}`}
                value={printPattern(offer.pattern)}
                checked={chosen.some((pattern) => same(pattern, offer.pattern))}
              />
              <span class="tick-name">
                <Said>{offer.name}</Said>
              </span>
              {offer.count !== null && <span class="tick-count">{count(viewer, offer.count)}</span>}
            </label>
          ))}
        </div>
      )}
      {is_open && (
        <input
          type="text"
          name={`o.${field}`}
          maxlength={255}
          autocomplete="off"
          placeholder={bar.other}
          aria-label={bar.other_of(label)}
        />
      )}
    </fieldset>
  )
}
