import type { PolicyVersion } from '#shared/contract/policies.ts'
import { policyAt } from '../decisions/links.ts'
import { shortHash } from '../decisions/short-hash.ts'
import type { Asked } from '../fragment.ts'
import { notFound } from '../pages/problem.tsx'
import { Notice } from '../parts/notice.tsx'
import { Said } from '../parts/said.tsx'
import { Time } from '../parts/time.tsx'
import { wordFor } from '../text/text.ts'
import type { Viewer } from '../viewer.ts'
import { loadPolicy, type Loaded } from './load-policy.ts'
import { policyFrame } from './policy-frame.tsx'
import { VersionState } from './policy-state.tsx'
import { standingOf } from './standing.ts'
import { askFirst } from './switches.tsx'

type At = { viewer: Viewer; loaded: Loaded }

const diffAt = ({ viewer, loaded: { policy } }: At, from: number, to: number) =>
  viewer.to(`/policies/${encodeURIComponent(policy.id)}/diff`, { project_id: policy.project_id, from, to })

const Row = (at: At & { version: PolicyVersion }) => {
  const { viewer, loaded, version } = at
  const { policies: text } = viewer.text
  const { may_manage } = standingOf(viewer, loaded.policy.project_id)
  const before = loaded.versions.find((one) => one.version < version.version)
  return (
    <tr role="row">
      <td role="cell" class="cell-name" data-label={text.version_label}>
        <a href={policyAt(viewer, loaded.policy, version.version)}>{text.version(version.version)}</a>
      </td>
      <td role="cell" data-label={text.state}>
        <VersionState viewer={viewer} version={version} />
      </td>
      <td role="cell" data-label={text.saved_at}>
        <Time viewer={viewer} at={version.created_at} relative={true} />
      </td>
      <td role="cell" data-label={text.saved_by}>
        <Said>{version.created_by}</Said>
      </td>
      <td role="cell" data-label={viewer.text.decisions.hash}>
        <code title={version.hash}>{shortHash(version.hash)}</code>
      </td>
      <td role="cell" class="cell-acts">
        {before !== undefined && (
          <a class="button small" href={diffAt(at, before.version, version.version)}>
            {text.diff_with(before.version)}
          </a>
        )}{' '}
        {may_manage && !version.active && (
          <a class="button small" href={askFirst(at, 'activate', version.version)}>
            {text.activate}
          </a>
        )}
      </td>
    </tr>
  )
}

const Table = (at: At) => {
  const { policies: text, decisions } = at.viewer.text
  const names = [text.version_label, text.state, text.saved_at, text.saved_by, decisions.hash]
  return (
    <div class="table-box" role="region" aria-label={text.versions} tabindex={0}>
      <table class="projects records" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {names.map((name) => (
              <th scope="col" role="columnheader">
                {name}
              </th>
            ))}
            <th scope="col" role="columnheader">
              <span class="unseen">{text.acts}</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {at.loaded.versions.map((version) => (
            <Row {...at} version={version} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

const News = ({ viewer, refused }: { viewer: Viewer; refused: string | null }) => {
  const { policies: text } = viewer.text
  const done = wordFor(text.switched, viewer.url.searchParams.get('done') ?? '')
  if (refused === null) return done === undefined ? null : <Notice kind="good" title={done} />
  return (
    <Notice kind="bad" title={text.refused_switch}>
      <p>
        <Said>{refused}</Said>
      </p>
    </Notice>
  )
}

/** Shows the versions of a policy, or why a change of what decides was refused. */
export const showVersions = (
  asked: Asked,
  loaded: Loaded,
  { refused = null, status = 200 }: { refused?: string | null; status?: number } = {},
): Promise<Response> =>
  policyFrame(asked, loaded, {
    tab: 'versions',
    status,
    news: <News viewer={asked.viewer} refused={refused} />,
    body: <Table viewer={asked.viewer} loaded={loaded} />,
  })

/** `/policies/{id}/versions`: all versions of a policy, and which one decides. */
export async function versionsPage(asked: Asked): Promise<Response> {
  const loaded = await loadPolicy(asked)
  return loaded === null ? notFound(asked) : showVersions(asked, loaded)
}
