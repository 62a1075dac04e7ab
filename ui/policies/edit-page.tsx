import { policyAt } from '../decisions/links.ts'
import type { Asked } from '../fragment.ts'
import { notFound } from '../pages/problem.tsx'
import { Icon } from '../parts/icon.tsx'
import { Notice } from '../parts/notice.tsx'
import { PostForm } from '../parts/post-form.tsx'
import { Said } from '../parts/said.tsx'
import { Time } from '../parts/time.tsx'
import type { Viewer } from '../viewer.ts'
import { checkText } from './check.tsx'
import { textOf } from './definition-text.ts'
import { checkButton, Editor } from './editor.tsx'
import { Findings, type Checked } from './findings.tsx'
import { loadPolicy, versionOf, type Loaded } from './load-policy.ts'
import { policyFrame } from './policy-frame.tsx'
import { VersionState } from './policy-state.tsx'
import { SaveFields } from './save-fields.tsx'
import { standingOf } from './standing.ts'

type Shown = {
  /** What was written, where the page answers a form; else the version that the address names is shown. */
  checked?: Checked
  /** Why a form was not taken. */
  refused?: string | null
  status?: number
}

const Which = ({ viewer, loaded }: { viewer: Viewer; loaded: Loaded }) => {
  const { policies: text } = viewer.text
  const { versions, policy } = loaded
  const shown = versionOf(loaded, viewer.url.searchParams.get('version'))
  if (shown === undefined) return null
  return (
    <div class="which-version">
      <span class="segments" role="group" aria-label={text.versions}>
        {versions.slice(0, 8).map(({ version }) => (
          <a
            href={policyAt(viewer, policy, version)}
            aria-current={version === shown.version ? 'true' : undefined}
          >
            {text.version(version)}
          </a>
        ))}
      </span>
      <VersionState viewer={viewer} version={shown} />
      <span class="quiet">
        <Time viewer={viewer} at={shown.created_at} />
        {' · '}
        <Said>{shown.created_by}</Said>
      </span>
    </div>
  )
}

const Done = ({ viewer, done }: { viewer: Viewer; done: string | null }) => {
  const { done: words } = viewer.text.policies
  if (done !== 'created' && done !== 'saved' && done !== 'saved_active') return null
  return <Notice kind="good" title={words[done]} />
}

/** Shows a policy's text to look at, and to whom may to write. */
export async function showEditor(asked: Asked, loaded: Loaded, shown: Shown = {}): Promise<Response> {
  const { viewer } = asked
  const { policies: text } = viewer.text
  const { policy } = loaded
  const { project_id } = policy
  const version = versionOf(loaded, viewer.url.searchParams.get('version'))
  const stored = textOf(version?.definition ?? '')
  const checked = shown.checked ?? (await checkText(asked, stored, { project_id, policy_id: policy.id }))
  const { may_manage } = standingOf(viewer, project_id)
  const at = { viewer, text: checked.text, policy_id: policy.id, project_id, may_write: may_manage }
  const action = viewer.to(`/policies/${encodeURIComponent(policy.id)}/versions`, { project_id })
  return policyFrame(asked, loaded, {
    tab: 'editor',
    status: shown.status ?? 200,
    news: (
      <>
        <Done viewer={viewer} done={viewer.url.searchParams.get('done')} />
        {shown.refused && (
          <Notice kind="bad" title={text.refused}>
            <p>
              <Said>{shown.refused}</Said>
            </p>
          </Notice>
        )}
      </>
    ),
    body: (
      <div class="policy-panes">
        <div class="policy-write">
          <Which viewer={viewer} loaded={loaded} />
          {may_manage ? (
            <PostForm viewer={viewer} action={action} class="policy-form">
              <Editor {...at} />
              <SaveFields viewer={viewer} />
              <div class="buttons">
                <button class="button primary" name="act" value="save">
                  {text.save}
                </button>
                <button class="button" name="act" value="activate">
                  <Icon name="play" />
                  {text.save_active}
                </button>
                <button class="button" name="act" value="check" {...checkButton(at)}>
                  <Icon name="success" />
                  {text.check}
                </button>
              </div>
            </PostForm>
          ) : (
            <>
              <Editor {...at} />
              <p class="hint">{text.look_only}</p>
            </>
          )}
        </div>
        <Findings viewer={viewer} checked={checked} />
      </div>
    ),
  })
}

/** `/policies/{id}`: a policy as it is written. */
export async function policyPage(asked: Asked): Promise<Response> {
  const loaded = await loadPolicy(asked)
  return loaded === null ? notFound(asked) : showEditor(asked, loaded)
}
