import type { Child } from 'hono/jsx'
import { listProjects } from '#shared/contract/projects.ts'
import { html, redirect } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { Said } from '../parts/said.tsx'
import { Shell } from '../parts/shell.tsx'

/** A form sends its empty fields too; the address is kept to what was chosen. */
function tidied({ pathname, searchParams }: URL): string | null {
  const kept = [...searchParams].filter(([, value]) => value !== '')
  return kept.length === searchParams.size ? null : `${pathname}?${new URLSearchParams(kept)}`
}

type Page = {
  title: string
  /** What the page shows, in one sentence. */
  lead: string
  /** Paints what is below; asked only for an address that is as it should be. */
  body: () => Promise<Child>
}

/** One of the pages of a project. Without a project: to the choice of projects. */
export async function projectPage(asked: Asked, { title, lead, body }: Page): Promise<Response> {
  const { viewer, ask } = asked
  const project_id = viewer.url.searchParams.get('project_id')
  if (!project_id) return redirect(viewer.to('/projects'))
  const tidy = tidied(viewer.url)
  if (tidy) return redirect(tidy)
  const [projects, content] = await Promise.all([ask(listProjects, {}), body()])
  const name = projects.find(({ id }) => id === project_id.toLowerCase())?.name ?? ''
  return html(
    <Shell
      asked={asked}
      title={`${title} ${name}`}
      path={
        <>
          <a href={viewer.to('/', { project_id })}>
            <Said>{name}</Said>
          </a>
          <span aria-current="page">{title}</span>
        </>
      }
    >
      <div class="page-head">
        <h1>{title}</h1>
      </div>
      <p class="lead">{lead}</p>
      {content}
    </Shell>,
  )
}
