import { Icon } from '../parts/icon.tsx'
import { PostForm } from '../parts/post-form.tsx'
import type { Viewer } from '../viewer.ts'
import { textOf } from './definition-text.ts'
import { versionOf, type Loaded } from './load-policy.ts'

export const TRY_FIELDS = ['version', 'input', 'output', 'contexts', 'environment', 'trace_id'] as const
/** What was filled in, as texts. */
export type Tried = Record<(typeof TRY_FIELDS)[number], string>

/** Judges may cost; a policy that names some is asked only when the button says so. */
const namesJudges = (text: string): boolean => /^\s*"?judges"?\s*:/m.test(text)

const LongField = ({
  label,
  name,
  value,
  hint,
  rows,
}: Record<'label' | 'name' | 'value' | 'hint', string> & { rows: number }) => (
  <div class="field-box">
    <label class="field">
      <span>{label}</span>
      <textarea
        name={name}
        rows={rows}
        dir="auto"
        aria-describedby={hint === '' ? undefined : `${name}-hint`}
      >
        {`\n${value}`}
      </textarea>
    </label>
    {hint !== '' && (
      <p class="hint" id={`${name}-hint`}>
        {hint}
      </p>
    )}
  </div>
)

type Props = { viewer: Viewer; loaded: Loaded; tried: Tried }

/** What a version is asked about. */
export const TryForm = ({ viewer, loaded, tried }: Props) => {
  const { policies: text } = viewer.text
  const { policy, versions } = loaded
  const { project_id } = policy
  const path = `/policies/${encodeURIComponent(policy.id)}/try`
  const is_costly = namesJudges(textOf(versionOf(loaded, tried.version)?.definition ?? ''))
  const live = {
    'hx-post': viewer.to(`/fragments${path}`, { project_id }),
    'hx-target': '#try-result',
    'hx-swap': 'outerMorph',
  }
  return (
    <PostForm viewer={viewer} action={viewer.to(path, { project_id })} class="policy-form try-form">
      <div
        class="try-fields"
        {...(is_costly ? {} : { ...live, 'hx-trigger': 'input delay:500ms', 'hx-sync': 'this:replace' })}
      >
        <div class="fields">
          <label class="field">
            <span>{text.version_label}</span>
            <select name="version">
              {versions.map(({ version, active }) => (
                <option value={version} selected={String(version) === tried.version}>
                  {active ? `${text.version(version)} · ${text.active}` : text.version(version)}
                </option>
              ))}
            </select>
          </label>
          <label class="field">
            <span>{viewer.text.trace.environment}</span>
            <input
              type="text"
              name="environment"
              value={tried.environment}
              maxlength={255}
              autocomplete="off"
            />
          </label>
        </div>
        <LongField label={text.trying.input} name="input" value={tried.input} hint="" rows={3} />
        <LongField label={text.trying.output} name="output" value={tried.output} hint="" rows={6} />
        <LongField
          label={text.trying.contexts}
          name="contexts"
          value={tried.contexts}
          hint={text.trying.contexts_hint}
          rows={3}
        />
        <label class="field">
          <span>{text.trying.trace}</span>
          <input
            type="text"
            name="trace_id"
            value={tried.trace_id}
            maxlength={128}
            autocomplete="off"
            spellcheck={false}
          />
        </label>
      </div>
      <div class="buttons">
        <button class="button primary" {...live}>
          <Icon name="play" />
          {text.trying.go}
        </button>
        <span class="hint">{is_costly ? text.trying.judges_cost : text.trying.stores_nothing}</span>
      </div>
    </PostForm>
  )
}
