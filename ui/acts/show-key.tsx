import { currentKey, listProjects } from '#shared/contract/projects.ts'
import type { Asked } from '../fragment.ts'
import { showProjects } from '../pages/projects.tsx'
import { KeyPanel } from '../parts/key-panel.tsx'
import { Notice } from '../parts/notice.tsx'
import { plain } from '../parts/said.tsx'

/** Shows a project's key once more; a form, not a link, since each showing is written down. */
export async function showKey(asked: Asked): Promise<Response> {
  const { viewer, ask, params } = asked
  const { project: text } = viewer.text
  const { project_id, api_key, key_activated } = await ask(currentKey, {
    params: { project_id: params['project_id'] ?? '' },
  })
  if (api_key === null) {
    const news = (
      <Notice kind="warn" title={text.key}>
        <p>{text.key_sealed}</p>
      </Notice>
    )
    return showProjects(asked, { news })
  }
  const name = (await ask(listProjects, {})).find(({ id }) => id === project_id)?.name ?? ''
  const title = text.revealed(plain(name))
  const news = (
    <KeyPanel
      viewer={viewer}
      title={title}
      project_id={project_id}
      api_key={api_key}
      ingests={key_activated}
    />
  )
  return showProjects(asked, { news })
}
