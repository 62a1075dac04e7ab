import type { Output } from '#shared/contract/endpoint.ts'
import { listPolicies, type Policy } from '#shared/contract/policies.ts'
import { series } from '#shared/contract/stats.ts'
import { ActionMark } from '../decisions/action-mark.tsx'
import { policyAt } from '../decisions/links.ts'
import type { Asked } from '../fragment.ts'
import { Icon } from '../parts/icon.tsx'
import { count } from '../parts/quantity.ts'
import { plain, Said } from '../parts/said.tsx'
import { Time } from '../parts/time.tsx'
import { projectPage } from '../records/project-page.tsx'
import { orRefused } from '../records/refused.tsx'
import type { Viewer } from '../viewer.ts'
import { examplePolicy } from './example.ts'
import { projectOf } from './load-policy.ts'
import { PolicyState } from './policy-state.tsx'
import { standingOf } from './standing.ts'

type Counts = Output<typeof series>['totals']['decisions']

const HOURS = 24

/** What decides now, and what that came to over the last day. */
const Now = ({ viewer, policies, counts }: { viewer: Viewer; policies: Policy[]; counts: Counts }) => {
  const { policies: text } = viewer.text
  const decides = policies.find(({ active_version }) => active_version !== null)
  const project_id = viewer.url.searchParams.get('project_id')
  const actions = Object.entries(counts).toSorted(([, a], [, b]) => b - a)
  return (
    <section class="policy-card policy-now" aria-labelledby="now-title">
      <h2 id="now-title">
        <Icon name="decision" />
        {decides === undefined
          ? text.builtin_decides
          : text.decides_now(plain(decides.name), decides.active_version ?? 0)}
      </h2>
      {decides === undefined && <p class="hint">{text.builtin_means}</p>}
      {actions.length > 0 && (
        <p class="policy-counts">
          <span class="quiet">{text.last_day}</span>
          {actions.map(([action, n]) => (
            <span class="policy-count">
              <ActionMark
                viewer={viewer}
                action={action}
                href={viewer.to('/decisions', { project_id, action, hours: HOURS })}
              />
              {count(viewer, n)}
            </span>
          ))}
        </p>
      )}
    </section>
  )
}

const Table = ({ viewer, policies }: { viewer: Viewer; policies: Policy[] }) => {
  const { policies: text } = viewer.text
  return (
    <div class="table-box" role="region" aria-label={text.title} tabindex={0}>
      <table class="projects records" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {[text.one, text.state, text.versions, text.created].map((name) => (
              <th scope="col" role="columnheader" class={name === text.versions ? 'number' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {policies.map((policy) => (
            <tr role="row">
              <td role="cell" class="cell-name" data-label={text.one}>
                <a href={policyAt(viewer, policy)}>
                  <Said>{policy.name}</Said>
                </a>
                {policy.description !== null && (
                  <span class="sub">
                    <Said>{policy.description}</Said>
                  </span>
                )}
              </td>
              <td role="cell" data-label={text.state}>
                <PolicyState viewer={viewer} policy={policy} />
              </td>
              <td role="cell" class="number" data-label={text.versions}>
                {count(viewer, policy.latest_version)}
              </td>
              <td role="cell" data-label={text.created}>
                <Time viewer={viewer} at={policy.created_at} relative={true} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const NewPolicy = ({ viewer, name }: { viewer: Viewer; name: string }) => (
  <a
    class="button primary"
    href={viewer.to('/policies/new', { project_id: viewer.url.searchParams.get('project_id') })}
  >
    <Icon name="plus" />
    {name}
  </a>
)

const Empty = ({ viewer, may_manage }: { viewer: Viewer; may_manage: boolean }) => {
  const { policies: text } = viewer.text
  return (
    <section class="empty empty-records">
      <h2>{text.empty_title}</h2>
      <p>{may_manage ? text.empty : text.empty_look}</p>
      <div class="snippet">
        <pre tabindex={0} dir="ltr">
          {examplePolicy(viewer)}
        </pre>
      </div>
      {may_manage && <NewPolicy viewer={viewer} name={text.begin} />}
    </section>
  )
}

/** `/policies?project_id=`: the policies of a project, which of them decides, and what it decided. */
export const policiesPage = (asked: Asked): Promise<Response> => {
  const { viewer, ask } = asked
  const { policies: text } = viewer.text
  return projectPage(asked, {
    title: text.title,
    lead: text.lead,
    body: async () => {
      const project_id = projectOf(asked)
      const [policies, figures] = await Promise.all([
        ask(listPolicies, {}, project_id),
        // What takes too long to count is left out; the policies are shown all the same.
        orRefused(ask(series, { query: { last_hours: HOURS, buckets: 1 } }, project_id)),
      ])
      const { may_manage } = standingOf(viewer, project_id)
      return (
        <>
          <Now viewer={viewer} policies={policies} counts={figures.found?.totals.decisions ?? {}} />
          {policies.length === 0 ? (
            <Empty viewer={viewer} may_manage={may_manage} />
          ) : (
            <>
              {may_manage && (
                <div class="buttons">
                  <NewPolicy viewer={viewer} name={text.new_title} />
                </div>
              )}
              <Table viewer={viewer} policies={policies} />
            </>
          )}
        </>
      )
    },
  })
}
