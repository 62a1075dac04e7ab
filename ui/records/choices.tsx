import type { Child } from 'hono/jsx'
import { Icon } from '../parts/icon.tsx'
import type { Viewer } from '../viewer.ts'

/** Windows of time that these pages offer, in hours. */
export const WINDOWS = [24, 168, 720] as const

/** The window that the URL asks for. */
export function hoursOf({ url }: Viewer, fallback: number): number {
  const asked = Number(url.searchParams.get('hours'))
  return WINDOWS.find((hours) => hours === asked) ?? fallback
}

/** What the URL gives for a name; an empty value is none. */
export const given = ({ url }: Viewer, name: string): string | undefined =>
  url.searchParams.get(name) || undefined

type Option = { value: string; name: string }

/** One choice of several in a form; the first is in force where the URL names none. */
export const Choice = ({
  viewer,
  name,
  label,
  options,
}: {
  viewer: Viewer
  name: string
  label: string
  options: Option[]
}) => {
  const chosen = given(viewer, name) ?? ''
  return (
    <label class="field">
      <span>{label}</span>
      <select name={name}>
        {options.map(({ value, name: shown }) => (
          <option value={value} selected={value === chosen}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  )
}

/** A text in a form. */
export const TextField = ({ viewer, name, label }: { viewer: Viewer; name: string; label: string }) => (
  <label class="field field-search">
    <span>{label}</span>
    <input type="search" name={name} value={given(viewer, name) ?? ''} maxlength={255} autocomplete="off" />
  </label>
)

/** The choice of a window; the fallback is the value that the URL leaves out. */
export const WindowChoice = ({ viewer, fallback }: { viewer: Viewer; fallback: number }) => (
  <Choice
    viewer={viewer}
    name="hours"
    label={viewer.text.records.window}
    options={WINDOWS.map((hours) => ({
      value: hours === fallback ? '' : String(hours),
      name: viewer.text.records.windows[hours] ?? String(hours),
    }))}
  />
)

/** A form that a GET carries into the URL; what the page is about besides its fields goes along. */
export const ChoiceForm = ({
  viewer,
  path,
  children,
}: {
  viewer: Viewer
  path: string
  children?: Child
}) => (
  <form method="get" action={path} role="search" class="fields choices-form">
    {['project_id', 'lang', 'theme', 'live', 'every'].map((name) => {
      const value = given(viewer, name)
      return value === undefined ? null : <input type="hidden" name={name} value={value} />
    })}
    {children}
    <button class="button primary" type="submit">
      <Icon name="search" />
      {viewer.text.filter.apply}
    </button>
  </form>
)
