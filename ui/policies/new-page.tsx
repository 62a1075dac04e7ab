import { createPolicy } from '#shared/contract/policies.ts'
import { listProjects } from '#shared/contract/projects.ts'
import { html, redirect } from '../answer.tsx'
import { policyAt } from '../decisions/links.ts'
import type { Asked } from '../fragment.ts'
import { forbidden, notFound } from '../pages/problem.tsx'
import { Field } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { Notice } from '../parts/notice.tsx'
import { PostForm } from '../parts/post-form.tsx'
import { Said } from '../parts/said.tsx'
import { Shell } from '../parts/shell.tsx'
import { checkText } from './check.tsx'
import { checkButton, Editor } from './editor.tsx'
import { examplePolicy } from './example.ts'
import { Findings, type Checked } from './findings.tsx'
import { projectOf } from './load-policy.ts'
import { SaveFields } from './save-fields.tsx'
import { isAboutText, readSaving } from './save-version.tsx'
import { standingOf } from './standing.ts'

const MOST_NAME = 255

type Shown = {
  checked?: Checked
  name?: string
  description?: string
  refused?: string | null
  status?: number
}

const Fields = ({ asked, shown, checked }: { asked: Asked; shown: Shown; checked: Checked }) => {
  const { viewer } = asked
  const { policies: text } = viewer.text
  const project_id = projectOf(asked)
  const at = { viewer, text: checked.text, policy_id: null, project_id, may_write: true }
  return (
    <PostForm viewer={viewer} action={viewer.to('/policies', { project_id })} class="policy-form">
      <div class="fields">
        <Field label={text.name} name="name" value={shown.name ?? 'default-safety'} maxlength={MOST_NAME} />
        <label class="field field-search">
          <span>{text.description}</span>
          <input
            type="text"
            name="description"
            value={shown.description ?? ''}
            maxlength={10_000}
            autocomplete="off"
          />
        </label>
      </div>
      <Editor {...at} />
      <SaveFields viewer={viewer} />
      <div class="buttons">
        <button class="button primary" name="act" value="activate">
          <Icon name="play" />
          {text.create_active}
        </button>
        <button class="button" name="act" value="save">
          {text.create}
        </button>
        <button class="button" name="act" value="check" formnovalidate={true} {...checkButton(at)}>
          <Icon name="success" />
          {text.check}
        </button>
      </div>
    </PostForm>
  )
}

async function showNew(asked: Asked, shown: Shown = {}): Promise<Response> {
  const { viewer, ask } = asked
  const { policies: text } = viewer.text
  const project_id = projectOf(asked)
  if (!standingOf(viewer, project_id).may_manage) return forbidden(asked)
  const [projects, checked] = await Promise.all([
    ask(listProjects, {}),
    shown.checked ?? checkText(asked, examplePolicy(viewer), { project_id, policy_id: null }),
  ])
  return html(
    <Shell
      asked={asked}
      title={text.new_title}
      path={
        <>
          <a href={viewer.to('/', { project_id })}>
            <Said>{projects.find(({ id }) => id === project_id.toLowerCase())?.name ?? ''}</Said>
          </a>
          <a href={viewer.to('/policies', { project_id })}>{text.title}</a>
          <span aria-current="page">{text.new_title}</span>
        </>
      }
    >
      {shown.refused && (
        <Notice kind="bad" title={text.refused}>
          <p>
            <Said>{shown.refused}</Said>
          </p>
        </Notice>
      )}
      <div class="page-head">
        <h1>{text.new_title}</h1>
      </div>
      <p class="lead">{text.new_lead}</p>
      <div class="policy-panes">
        <Fields asked={asked} shown={shown} checked={checked} />
        <Findings viewer={viewer} checked={checked} />
      </div>
    </Shell>,
    shown.status ?? 200,
  )
}

/** `/policies/new`: a policy to begin with, ready to be changed or taken as it stands. */
export const newPolicyPage = (asked: Asked): Promise<Response> =>
  projectOf(asked) === '' ? Promise.resolve(notFound(asked)) : showNew(asked)

/** `POST /policies`: makes a policy with its first version, and lets it decide if so asked. */
export async function makePolicy(asked: Asked): Promise<Response> {
  const { ask, viewer, request } = asked
  const project_id = projectOf(asked)
  if (project_id === '') return notFound(asked)
  viewer.url.pathname = '/policies/new'
  const { act, name, description, text, effective_from } = await readSaving(request)
  const look = () => checkText(asked, text, { project_id, policy_id: null })
  const said = { name, description }
  if (act === 'check') return showNew(asked, { ...said, checked: await look() })
  const refuse = async (refused: string | null) =>
    showNew(asked, { ...said, checked: await look(), refused, status: 422 })
  if (name === '') return refuse(viewer.text.policies.name_missing)
  const body = {
    ...{ name, definition: text, active: act === 'activate' },
    ...(description !== '' && { description }),
    ...(effective_from !== undefined && { effective_from }),
  }
  try {
    const { policy, version } = await ask(createPolicy, { body }, project_id)
    return redirect(`${policyAt(viewer, policy, version.version)}&done=created`)
  } catch (error) {
    if (!isAboutText(error)) throw error
    const checked = await look()
    const is_said = checked.findings.some(({ severity }) => severity === 'error')
    return showNew(asked, { ...said, checked, refused: is_said ? null : error.message, status: 422 })
  }
}
