import * as contract from '#shared/contract/projects.ts'
import { CallError } from '#shared/http/call.ts'
import type { Asked } from '../fragment.ts'
import { showProjects } from '../pages/projects.tsx'
import { KeyPanel } from '../parts/key-panel.tsx'
import { plain } from '../parts/said.tsx'
import { readForm } from './read-form.ts'

/** Makes a project; its key stands in the answer itself, since no later page can show it again by an address. */
export async function createProject(asked: Asked): Promise<Response> {
  const { viewer, ask, request } = asked
  const name = ((await readForm(request)).get('name') ?? '').trim()
  const refuse = (message: string) => showProjects(asked, { status: 422, refused: { message, name } })
  if (name === '') return refuse(viewer.text.project.name_missing)
  try {
    const { id, api_key } = await ask(contract.createProject, { body: { name } })
    const title = viewer.text.project.created_done(plain(name))
    const news = <KeyPanel viewer={viewer} title={title} project_id={id} api_key={api_key} ingests={false} />
    return await showProjects(asked, { news })
  } catch (error) {
    if (error instanceof CallError && error.status === 422) return refuse(error.message)
    throw error
  }
}
