import { COMPARISONS, METRICS, NO_DATA, type Metric } from '#shared/contract/alerts.ts'
import { SEVERITIES } from '#shared/schema/case-words.ts'
import { Icon } from '../parts/icon.tsx'
import { PostForm } from '../parts/post-form.tsx'
import { plain } from '../parts/said.tsx'
import type { Viewer } from '../viewer.ts'
import { ALERTS } from './places.tsx'

/** What was written in the form, and perhaps why nothing came of it. */
export type Written = { form: URLSearchParams; refused?: string }

/** The filters of a form, under their names in the API. */
export const FILTERS = ['name', 'model', 'environment', 'release', 'policy', 'rule'] as const

type Props = { viewer: Viewer; form: URLSearchParams | undefined }

type SelectProps<Name extends string> = {
  label: string
  name: string
  value: string
  options: readonly Name[]
  names: Record<Name, string>
}

const Select = <Name extends string>({ label, name, value, options, names }: SelectProps<Name>) => (
  <label class="field">
    <span>{label}</span>
    <select name={name}>
      {options.map((option) => (
        <option value={option} selected={option === value}>
          {names[option]}
        </option>
      ))}
    </select>
  </label>
)

type NumberProps = { label: string; name: string; value: string; min?: number; max?: number; step: string }

const NumberField = ({ label, name, value, min, max, step }: NumberProps) => (
  <label class="field">
    <span>{label}</span>
    <input type="number" name={name} value={value} min={min} max={max} step={step} required={true} />
  </label>
)

// The list of the contract has no other keys.
const METRIC_NAMES = Object.keys(METRICS) as Metric[]

const Figures = ({ viewer, form }: Props) => {
  const { alerts: text, notifications } = viewer.text
  const said = (name: string, fallback: string) => form?.get(name) ?? fallback
  return (
    <div class="fields">
      <label class="field">
        <span>{text.name}</span>
        <input
          type="text"
          name="alert_name"
          value={said('alert_name', '')}
          placeholder={text.name_hint}
          maxlength={255}
          autocomplete="off"
        />
      </label>
      <Select
        label={text.metric}
        name="metric"
        value={said('metric', 'error_rate')}
        options={METRIC_NAMES}
        names={text.metrics}
      />
      <Select
        label={text.comparison}
        name="comparison"
        value={said('comparison', 'above')}
        options={COMPARISONS}
        names={text.comparisons}
      />
      <NumberField label={text.threshold} name="threshold" value={said('threshold', '10')} step="any" />
      <NumberField
        label={text.window}
        name="window_minutes"
        value={said('window_minutes', '15')}
        min={1}
        max={1440}
        step="1"
      />
      <NumberField
        label={text.for_minutes}
        name="for_minutes"
        value={said('for_minutes', '5')}
        min={0}
        max={1440}
        step="1"
      />
      <Select
        label={text.no_data}
        name="no_data"
        value={said('no_data', 'ok')}
        options={NO_DATA}
        names={text.no_data_choices}
      />
      <Select
        label={text.severity}
        name="severity"
        value={said('severity', 'high')}
        options={SEVERITIES}
        names={notifications.severities}
      />
    </div>
  )
}

const Narrow = ({ viewer, form }: Props) => {
  const { alerts: text } = viewer.text
  return (
    <details open={FILTERS.some((name) => form?.get(name))}>
      <summary>{text.narrow}</summary>
      <p class="hint">{text.filter_means}</p>
      <div class="fields">
        {FILTERS.map((name) => (
          <label class="field">
            <span>{text.filters[name]}</span>
            <input type="text" name={name} value={form?.get(name) ?? ''} maxlength={255} autocomplete="off" />
          </label>
        ))}
      </div>
    </details>
  )
}

/** Describes an alert, to be previewed or made. */
export const AlertForm = ({ viewer, written }: { viewer: Viewer; written: Written | undefined }) => {
  const { alerts: text } = viewer.text
  const project_id = viewer.url.searchParams.get('project_id')
  return (
    <section class="card" aria-labelledby="create-title" id="create">
      <h2 id="create-title">{text.create}</h2>
      {written?.refused !== undefined && (
        <p class="field-problem" role="alert">
          <Icon name="error" />
          {plain(written.refused)}
        </p>
      )}
      <PostForm viewer={viewer} action={viewer.to(ALERTS, { project_id })} class="alert-form">
        <Figures viewer={viewer} form={written?.form} />
        <Narrow viewer={viewer} form={written?.form} />
        <p class="buttons">
          <button class="button" type="submit" name="act" value="preview">
            {text.preview}
          </button>
          <button class="button primary" type="submit" name="act" value="add">
            <Icon name="plus" />
            {text.add}
          </button>
        </p>
      </PostForm>
    </section>
  )
}
