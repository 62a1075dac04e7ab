import type { PropsWithChildren } from 'hono/jsx'
import type { Project } from '../projects/default-project.ts'
import type { Viewer } from '../viewer.ts'
import { CopyButton } from './copy-button.tsx'
import { Icon } from './icon.tsx'
import { PostForm } from './post-form.tsx'
import { plain, Said } from './said.tsx'

type At = { viewer: Viewer; project: Project }
type Confirmed = 'rotate' | 'deactivate'

export const GRACES = ['0', '300', '3600', '86400'] as const

const actionOf = ({ viewer, project }: At, act: string) => viewer.to(`/projects/${project.id}/${act}`)

/** An act that cannot be taken back is first a link to its question, which stands in the URL. */
const ask = ({ viewer, project }: At, confirm: Confirmed | null) =>
  `${viewer.to('/projects', { manage: project.id, confirm })}#manage`

const Act = ({ title, means, children }: PropsWithChildren<{ title: string; means: string }>) => (
  <section class="act">
    <h3>{title}</h3>
    <p class="hint">{means}</p>
    {children}
  </section>
)

const ShowKey = (at: At) => {
  const { project: text } = at.viewer.text
  return (
    <Act title={text.key} means={text.show_key_means}>
      <PostForm viewer={at.viewer} action={actionOf(at, 'current-key')}>
        <button class="button" type="submit">
          <Icon name="key" />
          {text.show_key}
        </button>
      </PostForm>
    </Act>
  )
}

const Rotate = (at: At & { asked: boolean }) => {
  const { project: text, cancel } = at.viewer.text
  if (!at.asked) {
    return (
      <Act title={text.rotate} means={text.rotate_means}>
        <a class="button" href={ask(at, 'rotate')}>
          <Icon name="reload" />
          {text.rotate}
        </a>
      </Act>
    )
  }
  return (
    <Act title={text.rotate_confirm(plain(at.project.name))} means={text.rotate_means}>
      <PostForm viewer={at.viewer} action={actionOf(at, 'rotate-key')} class="confirm">
        {at.project.key_activated && (
          <label class="field">
            <span>{text.grace}</span>
            <select name="grace_seconds">
              {GRACES.map((seconds) => (
                <option value={seconds}>{text.grace_choice[seconds]}</option>
              ))}
            </select>
          </label>
        )}
        <button class="button danger" type="submit">
          {text.rotate_yes}
        </button>
        <a class="button" href={ask(at, null)}>
          {cancel}
        </a>
      </PostForm>
    </Act>
  )
}

const Switch = (at: At & { asked: boolean }) => {
  const { project: text, cancel } = at.viewer.text
  if (!at.project.is_active) {
    return (
      <Act title={text.activate} means={text.activate_means}>
        <PostForm viewer={at.viewer} action={actionOf(at, 'activate')}>
          <button class="button primary" type="submit">
            {text.activate}
          </button>
        </PostForm>
      </Act>
    )
  }
  if (!at.asked) {
    return (
      <Act title={text.deactivate} means={text.deactivate_means}>
        <a class="button" href={ask(at, 'deactivate')}>
          {text.deactivate}
        </a>
      </Act>
    )
  }
  return (
    <Act title={text.deactivate_confirm(plain(at.project.name))} means={text.deactivate_means}>
      <PostForm viewer={at.viewer} action={actionOf(at, 'deactivate')} class="confirm">
        <button class="button danger" type="submit">
          {text.deactivate_yes}
        </button>
        <a class="button" href={ask(at, null)}>
          {cancel}
        </a>
      </PostForm>
    </Act>
  )
}

/** Everything that can be done to one project. */
export const ManageProject = ({ viewer, project }: At) => {
  const confirm = viewer.url.searchParams.get('confirm')
  const { project: text } = viewer.text
  return (
    <div class="manage">
      <p class="manage-id">
        {text.project_id}{' '}
        <code>
          <Said>{project.id}</Said>
        </code>
        <CopyButton viewer={viewer} what={text.project_id} text={project.id} />
      </p>
      <div class="acts">
        <ShowKey viewer={viewer} project={project} />
        <Rotate viewer={viewer} project={project} asked={confirm === 'rotate'} />
        <Switch viewer={viewer} project={project} asked={confirm === 'deactivate'} />
      </div>
    </div>
  )
}
