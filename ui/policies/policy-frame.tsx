import type { Child } from 'hono/jsx'
import { listProjects } from '#shared/contract/projects.ts'
import { html } from '../answer.tsx'
import { policyAt } from '../decisions/links.ts'
import type { Asked } from '../fragment.ts'
import { plain, Said } from '../parts/said.tsx'
import { Shell } from '../parts/shell.tsx'
import type { Viewer } from '../viewer.ts'
import type { Loaded } from './load-policy.ts'
import { PolicyState } from './policy-state.tsx'
import { standingOf } from './standing.ts'
import { Switches } from './switches.tsx'

const TABS = ['editor', 'versions', 'tests', 'try'] as const
export type Tab = (typeof TABS)[number]

/** The address of a tab; the editor is the policy itself. */
export function tabAt(viewer: Viewer, { policy }: Loaded, tab: Tab, version: number | null = null): string {
  const base = `/policies/${encodeURIComponent(policy.id)}`
  if (tab === 'editor') return policyAt(viewer, policy, version)
  return viewer.to(`${base}/${tab}`, { project_id: policy.project_id, version })
}

const Tabs = ({ viewer, loaded, shown }: { viewer: Viewer; loaded: Loaded; shown: Tab }) => {
  const { policies: text } = viewer.text
  const { may_try } = standingOf(viewer, loaded.policy.project_id)
  const version = Number(viewer.url.searchParams.get('version')) || null
  return (
    <nav class="tabs" aria-label={text.tabs_label}>
      {TABS.filter((tab) => tab !== 'try' || may_try).map((tab) => (
        <a href={tabAt(viewer, loaded, tab, version)} aria-current={tab === shown ? 'page' : undefined}>
          {text.tabs[tab]}
          {tab === 'versions' && ` ${loaded.versions.length}`}
        </a>
      ))}
    </nav>
  )
}

type Page = { tab: Tab; body: Child; news?: Child; status?: number }

/** A page of one policy: what it is, what decides, and one of its tabs. */
export async function policyFrame(
  asked: Asked,
  loaded: Loaded,
  { tab, body, news, status = 200 }: Page,
): Promise<Response> {
  const { viewer, ask } = asked
  const { policies: text } = viewer.text
  const { policy } = loaded
  const { project_id } = policy
  const projects = await ask(listProjects, {})
  return html(
    <Shell
      asked={asked}
      title={plain(policy.name)}
      path={
        <>
          <a href={viewer.to('/', { project_id })}>
            <Said>{projects.find(({ id }) => id === project_id)?.name ?? ''}</Said>
          </a>
          <a href={viewer.to('/policies', { project_id })}>{text.title}</a>
          <span aria-current="page">{text.one}</span>
        </>
      }
    >
      {news}
      <header class="policy-head">
        <div class="page-head">
          <h1>
            <Said>{policy.name}</Said>
          </h1>
          <PolicyState viewer={viewer} policy={policy} />
          <a class="quiet-link" href={viewer.to('/decisions', { project_id, policy_id: policy.id })}>
            {text.its_decisions}
          </a>
        </div>
        {policy.description !== null && policy.description !== '' && (
          <p class="quiet">
            <Said>{policy.description}</Said>
          </p>
        )}
        <Switches viewer={viewer} loaded={loaded} />
      </header>
      <Tabs viewer={viewer} loaded={loaded} shown={tab} />
      {body}
    </Shell>,
    status,
  )
}
