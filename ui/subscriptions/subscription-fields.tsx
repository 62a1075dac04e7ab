import { FORMATS } from '#shared/contract/subscriptions.ts'
import { WEBHOOK_EVENTS } from '#shared/events.ts'
import { SEVERITIES } from '#shared/schema/case-words.ts'
import { Icon } from '../parts/icon.tsx'
import { plain } from '../parts/said.tsx'
import type { Viewer } from '../viewer.ts'

/** What was written in a form, and why nothing came of it; `of` is the subscription that was to be changed. */
export type Refusal = { message: string; form: URLSearchParams; of?: string }

/** What the fields of a subscription hold. */
export type Written = {
  url: string
  description: string
  format: string | null
  min_severity: string | null
  events: string[]
}

/** What somebody wrote in a form. */
export const writtenIn = (form: URLSearchParams): Written => ({
  url: form.get('url') ?? '',
  description: form.get('description') ?? '',
  format: form.get('format'),
  min_severity: form.get('min_severity'),
  events: form.getAll('events'),
})

const Events = ({ viewer, chosen }: { viewer: Viewer; chosen: string[] }) => {
  const { notifications: text } = viewer.text
  const box = (value: string, name: string) => (
    <label class="check">
      <input type="checkbox" name="events" value={value} checked={chosen.includes(value)} />
      <span>{name}</span>
    </label>
  )
  const groups = Object.entries(text.all_of)
  return (
    <fieldset class="event-choice">
      <legend>{text.events}</legend>
      <div class="event-boxes">{groups.map(([value, name]) => box(value, name))}</div>
      <details open={chosen.some((value) => !groups.some(([group]) => group === value))}>
        <summary>{text.more_events}</summary>
        <div class="event-boxes">{WEBHOOK_EVENTS.map((event) => box(event, event))}</div>
      </details>
    </fieldset>
  )
}

type SelectProps = {
  label: string
  name: string
  value: string | null
  options: [value: string, name: string][]
}

const Select = ({ label, name, value, options }: SelectProps) => (
  <label class="field">
    <span>{label}</span>
    <select name={name}>
      {options.map(([option, shown]) => (
        <option value={option} selected={option === value}>
          {shown}
        </option>
      ))}
    </select>
  </label>
)

/** Says above a form why it was refused. */
export const Problem = ({ refused }: { refused: Refusal }) => (
  <p class="field-problem" role="alert">
    <Icon name="error" />
    {plain(refused.message)}
  </p>
)

type Props = {
  viewer: Viewer
  written: Written
  /** What stands in an empty field of the URL. */
  placeholder: string
  /** Whether there is a URL already, which stays when none is written. */
  has_url: boolean
}

/** The fields of a subscription. */
export const SubscriptionFields = ({ viewer, written, placeholder, has_url }: Props) => {
  const { notifications: text } = viewer.text
  return (
    <>
      <div class="fields">
        <label class="field field-search">
          <span>{has_url ? text.new_url : text.url}</span>
          <input
            type="url"
            name="url"
            value={written.url}
            placeholder={placeholder}
            required={!has_url}
            maxlength={2048}
            autocomplete="off"
          />
        </label>
        <label class="field">
          <span>{text.description}</span>
          <input
            type="text"
            name="description"
            value={written.description}
            maxlength={255}
            autocomplete="off"
          />
        </label>
        <Select
          label={text.format}
          name="format"
          value={written.format}
          options={FORMATS.map((name) => [name, text.formats[name]])}
        />
        <Select
          label={text.min_severity}
          name="min_severity"
          value={written.min_severity}
          options={[
            ['', text.any_severity],
            ...SEVERITIES.map((name): [string, string] => [name, text.severities[name]]),
          ]}
        />
      </div>
      <Events viewer={viewer} chosen={written.events} />
    </>
  )
}
