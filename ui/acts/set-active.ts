import { activateProject, deactivateProject } from '#shared/contract/projects.ts'
import { redirect } from '../answer.tsx'
import type { Asked } from '../fragment.ts'

const back = ({ viewer }: Asked, project_id: string) =>
  redirect(`${viewer.to('/projects', { manage: project_id })}#manage`)

/** Lets a project read and write again. */
export async function activate(asked: Asked): Promise<Response> {
  const { id } = await asked.ask(activateProject, {
    params: { project_id: asked.params['project_id'] ?? '' },
  })
  return back(asked, id)
}

/** Blocks a project; its traces stay. */
export async function deactivate(asked: Asked): Promise<Response> {
  const { id } = await asked.ask(deactivateProject, {
    params: { project_id: asked.params['project_id'] ?? '' },
  })
  return back(asked, id)
}
