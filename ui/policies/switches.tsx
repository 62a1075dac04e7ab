import { Icon } from '../parts/icon.tsx'
import { PostForm } from '../parts/post-form.tsx'
import { plain } from '../parts/said.tsx'
import type { Viewer } from '../viewer.ts'
import type { Loaded } from './load-policy.ts'
import { standingOf } from './standing.ts'

const CONFIRMS = ['activate', 'rollback', 'deactivate'] as const
type Confirmed = (typeof CONFIRMS)[number]

type At = { viewer: Viewer; loaded: Loaded }

/** Where a change of what decides is asked about first; the question stands in the URL. */
export const askFirst = (
  { viewer, loaded: { policy } }: At,
  confirm: Confirmed,
  version: number | null = null,
): string =>
  `${viewer.to(`/policies/${encodeURIComponent(policy.id)}/versions`, {
    ...{ project_id: policy.project_id, confirm, version },
  })}#confirm`

const Confirm = ({ viewer, loaded, confirm }: At & { confirm: Confirmed }) => {
  const { policies: text, cancel } = viewer.text
  const { policy } = loaded
  const base = `/policies/${encodeURIComponent(policy.id)}`
  const version = Number(viewer.url.searchParams.get('version'))
  if (confirm === 'activate' && !loaded.versions.some((one) => one.version === version)) return null
  const where = { project_id: policy.project_id }
  const words = text.confirm[confirm]
  return (
    <section class="act policy-confirm" id="confirm">
      <h2>{words.ask(plain(policy.name), String(version))}</h2>
      <p class="hint">{words.means}</p>
      <PostForm viewer={viewer} action={viewer.to(`${base}/${confirm}`, where)} class="confirm">
        {confirm === 'activate' && <input type="hidden" name="version" value={version} />}
        <button class={confirm === 'deactivate' ? 'button danger' : 'button primary'} type="submit">
          {words.yes}
        </button>
        <a class="button" href={viewer.to(`${base}/versions`, where)}>
          {cancel}
        </a>
      </PostForm>
    </section>
  )
}

/** What can be changed about what decides, for who may; each change is asked about before it is made. */
export const Switches = (at: At) => {
  const { viewer, loaded } = at
  const { policies: text } = viewer.text
  const { policy, versions } = loaded
  if (!standingOf(viewer, policy.project_id).may_manage) return null
  const asked = viewer.url.searchParams.get('confirm')
  const confirm = CONFIRMS.find((one) => one === asked)
  if (confirm !== undefined) return <Confirm viewer={viewer} loaded={loaded} confirm={confirm} />
  const newest = versions[0]
  return (
    <div class="buttons">
      {newest !== undefined && policy.active_version === null && (
        <a class="button primary" href={askFirst(at, 'activate', newest.version)}>
          <Icon name="play" />
          {text.activate_version(newest.version)}
        </a>
      )}
      {policy.active_version !== null && (
        <>
          {versions.length > 1 && (
            <a class="button" href={askFirst(at, 'rollback')}>
              <Icon name="reload" />
              {text.rollback}
            </a>
          )}
          <a class="button" href={askFirst(at, 'deactivate')}>
            <Icon name="pause" />
            {text.deactivate}
          </a>
        </>
      )}
    </div>
  )
}
