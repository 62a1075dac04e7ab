import type { Viewer } from '../viewer.ts'
import { CopyButton } from './copy-button.tsx'
import { Icon } from './icon.tsx'
import { Notice } from './notice.tsx'

type Props = {
  viewer: Viewer
  title: string
  project_id: string
  api_key: string
  /** Whether the key may send traces. */
  ingests: boolean
}

/** A key in full, which stays until it is dismissed. */
export const KeyPanel = ({ viewer, title, project_id, api_key, ingests }: Props) => {
  const { project: text } = viewer.text
  const manage = { manage: project_id }
  return (
    <Notice kind="good" title={title}>
      <p class="the-key">
        <code id="api-key">{api_key}</code>
        <CopyButton viewer={viewer} what={text.key} from="api-key" />
      </p>
      <p>{text.once}</p>
      {!ingests && <p>{text.can_read_only}</p>}
      <p class="buttons">
        {ingests ? (
          <a class="button primary" href={viewer.to('/', { project_id })}>
            {text.open}
          </a>
        ) : (
          <a
            class="button primary"
            href={`${viewer.to('/projects', { ...manage, confirm: 'rotate' })}#manage`}
          >
            <Icon name="reload" />
            {text.rotate}
          </a>
        )}
        <a class="button" href={viewer.to('/projects')}>
          {text.dismiss}
        </a>
      </p>
    </Notice>
  )
}
