import { listProjects } from '#shared/contract/projects.ts'
import type { Asked } from '../fragment.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { mayManage } from '../people/person.ts'
import { defaultProject } from '../projects/default-project.ts'

/** What a snippet needs to know of the project: a key that works as it stands, where there is one. */
export type Sender = { key: string | null; project_id: string }

/** Finds out what somebody in this project sends with. */
export async function senderOf({ ask, viewer, site }: Asked): Promise<Sender> {
  const project_id = viewer.url.searchParams.get('project_id') ?? ''
  const projects = site.dev_key === null ? [] : await ask(listProjects, {})
  const is_default = defaultProject(site.dev_key, projects)?.id === project_id.toLowerCase()
  return { key: is_default ? site.dev_key : null, project_id }
}

type Props = { asked: Asked; sender: Sender; path: string; body: object }

/** A request to the API as one command to copy. */
export const Snippet = ({ asked: { viewer, site }, sender, path, body }: Props) => {
  const { empty } = viewer.text
  const manage = viewer.to('/projects', { manage: sender.project_id })
  const curl = [
    `curl -X POST ${site.api(viewer.url.hostname)}${path} \\`,
    `  -H 'x-api-key: ${sender.key ?? empty.your_key}' -H 'content-type: application/json' \\`,
    `  -d '${JSON.stringify(body, null, 2)}'`,
  ].join('\n')
  return (
    <div class="snippet">
      <div class="snippet-head">
        <h3>{empty.steps.run}</h3>
        <CopyButton viewer={viewer} what="curl" from="snippet-curl" />
      </div>
      <pre id="snippet-curl" tabindex={0}>
        {curl}
      </pre>
      <p class="hint">
        {sender.key === null ? empty.use_key : empty.dev_key}{' '}
        {sender.key === null && mayManage(viewer.person, sender.project_id) && (
          <a href={`${manage}#manage`}>{empty.get_key}</a>
        )}
      </p>
    </div>
  )
}

/** A trace with some names in it, as an application sends it; its id is new each time. */
export function sampleTrace({ viewer }: Asked, names: { session_id?: string; user_id?: string }) {
  const at = (ms: number) => new Date(viewer.now + ms).toISOString()
  const { question, answer } = viewer.text.empty
  return {
    trace: {
      trace_id: crypto.randomUUID(),
      name: 'chat',
      status: 'success',
      start_time: at(-1200),
      end_time: at(0),
      ...names,
      input_text: question,
      output_text: answer,
    },
  }
}
