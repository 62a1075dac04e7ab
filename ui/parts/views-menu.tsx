import { DEVELOPER, roleIn } from '../people/person.ts'
import type { Viewer } from '../viewer.ts'
import { viewQuery } from '../views/keep-view.ts'
import type { SavedView } from '../views/views.ts'
import { Icon } from './icon.tsx'
import { PostForm } from './post-form.tsx'
import { plain, Said } from './said.tsx'

type Props = { viewer: Viewer; views: SavedView[] }

const Carried = ({ project_id, query }: { project_id: string; query: string }) => (
  <>
    <input type="hidden" name="project_id" value={project_id} />
    <input type="hidden" name="query" value={query} />
  </>
)

/** The saved views of the project, each a link, and a line to save what is shown. */
export const ViewsMenu = ({ viewer, views }: Props) => {
  const { views: text } = viewer.text
  const project_id = viewer.url.searchParams.get('project_id') ?? ''
  const query = viewQuery(viewer.url.searchParams)
  const role = roleIn(viewer.person, project_id)
  // In development all views are the project's, and a viewer keeps views only for themselves.
  const may_share = role !== 'viewer' && viewer.person?.person_id !== DEVELOPER.person_id
  return (
    <details class="list-tool">
      <summary class="button small">{text.title}</summary>
      <div class="views">
        {views.length === 0 ? (
          <p class="hint">{text.none}</p>
        ) : (
          <ul>
            {views.map((view) => (
              <li>
                <a
                  href={`${viewer.to('/', { project_id, ...Object.fromEntries(new URLSearchParams(view.query)) })}#filter`}
                  aria-current={view.query === query ? 'true' : undefined}
                >
                  <Said>{view.name}</Said>
                </a>
                {may_share && view.is_shared && <span class="pill">{text.is_shared}</span>}
                {(!view.is_shared || role !== 'viewer') && (
                  <PostForm viewer={viewer} action={viewer.to(`/views/${view.view_id}/remove`)}>
                    <Carried project_id={project_id} query={query} />
                    <button class="quiet-button" aria-label={text.remove(plain(view.name))}>
                      <Icon name="close" />
                    </button>
                  </PostForm>
                )}
              </li>
            ))}
          </ul>
        )}
        <PostForm viewer={viewer} action={viewer.to('/views')} class="view-form">
          <Carried project_id={project_id} query={query} />
          <label class="field">
            <span>{text.name}</span>
            <input type="text" name="name" required={true} maxlength={80} autocomplete="off" />
          </label>
          {may_share && (
            <label class="tick">
              <input type="checkbox" name="shared" value="yes" />
              <span class="tick-name">{text.shared}</span>
            </label>
          )}
          <button class="button primary small" type="submit">
            {text.save}
          </button>
          <p class="hint">{text.save_means}</p>
        </PostForm>
      </div>
    </details>
  )
}
