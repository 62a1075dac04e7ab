import * as contract from '#shared/contract/projects.ts'
import type { Asked } from '../fragment.ts'
import { showProjects } from '../pages/projects.tsx'
import { KeyPanel } from '../parts/key-panel.tsx'
import { GRACES } from '../parts/manage-project.tsx'
import { plain } from '../parts/said.tsx'
import { readForm } from './read-form.ts'

/** Gives a project a new key, which stands in the answer. */
export async function rotateKey(asked: Asked): Promise<Response> {
  const { viewer, ask, request, params } = asked
  const wanted = (await readForm(request)).get('grace_seconds')
  const grace = Number(GRACES.find((seconds) => seconds === wanted) ?? 0)
  const project_id = params['project_id'] ?? ''
  const issued = await ask(contract.rotateKey, { params: { project_id }, query: { grace_seconds: grace } })
  const { name, api_key, id } = issued
  const title = viewer.text.project.rotated_done(plain(name))
  const news = (
    <KeyPanel
      viewer={viewer}
      title={title}
      project_id={id}
      api_key={api_key}
      ingests={issued.key_activated}
    />
  )
  return showProjects(asked, { news })
}
