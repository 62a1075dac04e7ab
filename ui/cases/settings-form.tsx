import type { CaseSettings } from '#shared/contract/case-settings.ts'
import { SEVERITIES } from '#shared/schema/case-words.ts'
import { Icon } from '../parts/icon.tsx'
import { PostForm } from '../parts/post-form.tsx'
import { Time } from '../parts/time.tsx'
import { projectIn } from '../subscriptions/load.ts'
import type { Viewer } from '../viewer.ts'
import { SETTINGS } from './links.ts'

/** The settings of a project, as its page shows them. */
type Settings = CaseSettings & { updated_at: string | null }

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const

/** Seconds as a policy writes them: `15m`, `4h`, `14d`; in the largest unit that is exact. */
function writtenSeconds(seconds: number): string {
  const [unit, size] = UNITS.find(([, of]) => seconds > 0 && seconds % of === 0) ?? (['s', 1] as const)
  return `${seconds / size}${unit}`
}

type FieldProps = { label: string; name: string; value: string; may_manage: boolean }

const DurationField = ({ label, name, value, may_manage }: FieldProps) => (
  <label class="field">
    <span>{label}</span>
    <input
      name={name}
      value={value}
      required={true}
      readonly={!may_manage}
      maxlength={11}
      size={6}
      pattern="[0-9]{1,9}(s|m|h|d)"
      autocomplete="off"
      spellcheck={false}
    />
  </label>
)

type Props = {
  viewer: Viewer
  settings: Settings
  may_manage: boolean
  /** What was written when it was refused, and why. */
  refused: { form: URLSearchParams; message: string } | null
}

/** How soon cases must be handled, and what belongs into one. */
export const SettingsForm = ({ viewer, settings, may_manage, refused }: Props) => {
  const { cases: text } = viewer.text
  const said = (name: string, seconds: number) => refused?.form.get(name) ?? writtenSeconds(seconds)
  const field = (label: string, name: string, seconds: number) => (
    <DurationField label={label} name={name} value={said(name, seconds)} may_manage={may_manage} />
  )
  return (
    <PostForm
      viewer={viewer}
      action={viewer.to(SETTINGS, { project_id: projectIn(viewer) })}
      class="card case-form"
    >
      {refused && (
        <p class="field-problem" role="alert">
          <Icon name="error" />
          {refused.message}
        </p>
      )}
      {SEVERITIES.toReversed().map((severity) => (
        <fieldset class="event-choice">
          <legend>{text.severities[severity]}</legend>
          <div class="fields">
            {field(text.settings.ack, `${severity}.ack`, settings.sla[severity].ack_seconds)}
            {field(text.settings.resolve, `${severity}.resolve`, settings.sla[severity].resolve_seconds)}
          </div>
        </fieldset>
      ))}
      <fieldset class="event-choice">
        <legend>{text.settings.repeats}</legend>
        <div class="fields">
          {field(text.settings.group, 'group', settings.group_window_seconds)}
          {field(text.settings.reopen, 'reopen', settings.reopen_window_seconds)}
        </div>
      </fieldset>
      <p class="hint">{text.settings.format}</p>
      {settings.updated_at !== null && (
        <p class="hint">
          {text.settings.changed} <Time viewer={viewer} at={settings.updated_at} relative={true} />
        </p>
      )}
      {may_manage ? (
        <button class="button primary">{text.settings.save}</button>
      ) : (
        <p class="hint">{text.settings.look}</p>
      )}
    </PostForm>
  )
}
