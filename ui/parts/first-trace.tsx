import type { Asked } from '../fragment.ts'
import type { Integration } from '../integrations/integration.ts'
import { INTEGRATIONS } from '../integrations/list.ts'
import { mayManage } from '../people/person.ts'
import type { Project } from '../projects/default-project.ts'
import { CopyButton } from './copy-button.tsx'
import { Icon } from './icon.tsx'
import { boosted } from './live.tsx'
import { Notice } from './notice.tsx'

type Props = { asked: Asked; project: Project; is_default: boolean }

const ALL = Object.values(INTEGRATIONS).flat()
const FIRST = ALL[0]?.id

type ChosenProps = { asked: Asked; chosen: Integration | undefined }

/** Leads to the other ways into the hub. */
const Ways = ({ asked: { viewer }, chosen }: ChosenProps) => {
  const { groups, ways } = viewer.text.empty
  return (
    <nav class="ways" aria-label={ways} {...boosted('trace-list')}>
      {(['own', 'other'] as const).map((group) => (
        <div>
          <p id={`ways-${group}`}>{groups[group]}</p>
          <ul aria-labelledby={`ways-${group}`}>
            {INTEGRATIONS[group].map(({ id, title }) => (
              <li>
                <a
                  href={viewer.keep('/', { client: id === FIRST ? null : id })}
                  aria-current={id === chosen?.id ? 'true' : undefined}
                >
                  {title}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  )
}

/** What is to be set or run, each text with a button that copies it. */
const Steps = ({ asked, chosen, api_key }: ChosenProps & { api_key: string }) => {
  const { viewer, site } = asked
  const { empty: text } = viewer.text
  if (!chosen) return null
  const { question, answer } = text
  const said = { api: site.api(viewer.url.hostname), key: api_key, question, answer, now: viewer.now }
  return (
    <>
      <p class="hint">{text.notes[chosen.id]}</p>
      {chosen.steps(said).map(({ id, kind, only, text: code }) => {
        const title = only === undefined ? text.steps[kind] : `${text.steps[kind]} (${only})`
        return (
          <div class="snippet">
            <div class="snippet-head">
              <h3>{title}</h3>
              <CopyButton viewer={viewer} what={title} from={`first-${id}`} />
            </div>
            <pre id={`first-${id}`} tabindex={0} role="region" aria-label={title}>
              {code}
            </pre>
          </div>
        )
      })}
    </>
  )
}

/** What stands where the list will be: how to send the first trace. */
export const FirstTrace = ({ asked, project, is_default }: Props) => {
  const { viewer, site } = asked
  const { text } = viewer
  const manages = mayManage(viewer.person, project.id)
  const key = is_default ? site.dev_key : null
  const get_key = `${viewer.to('/projects', { manage: project.id })}#manage`
  const asked_for = viewer.url.searchParams.get('client')
  const chosen = ALL.find(({ id }) => id === asked_for) ?? ALL[0]
  return (
    <section class="empty first-trace">
      <h2>{text.empty.title}</h2>
      <p>{text.empty.text}</p>
      {!project.key_activated && (
        <Notice kind="warn" title={text.project.needs_rotation}>
          <p>{text.empty.needs_key}</p>
          {manages && (
            <a class="button" href={get_key}>
              <Icon name="key" />
              {text.empty.get_key}
            </a>
          )}
        </Notice>
      )}
      <Ways asked={asked} chosen={chosen} />
      <Steps asked={asked} chosen={chosen} api_key={key ?? text.empty.your_key} />
      <p class="hint">
        {key === null ? text.empty.use_key : text.empty.dev_key}{' '}
        {key === null && manages && <a href={get_key}>{text.empty.get_key}</a>}
      </p>
      <p class="waiting">
        <span class="pulse" aria-hidden="true" />
        {text.empty.waiting}
      </p>
    </section>
  )
}
