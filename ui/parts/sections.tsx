import type { Viewer } from '../viewer.ts'
import { CaseCount } from '../cases/case-count.tsx'

type Section = {
  name: keyof Viewer['text']['nav']['sections']
  path: string
  /** Where on the page it is, when it shares the page with another section. */
  place?: string
  /** Pages below it, by the start of their path. */
  below?: string
}

/** The pages of a project, in the order of the navigation. */
const SECTIONS: Section[] = [
  { name: 'dashboard', path: '/' },
  { name: 'traces', path: '/', place: '#trace-list', below: '/traces/' },
  { name: 'sessions', path: '/sessions', below: '/sessions/' },
  { name: 'users', path: '/users' },
  { name: 'evals', path: '/evals' },
  { name: 'policies', path: '/policies', below: '/policies/' },
  { name: 'decisions', path: '/decisions', below: '/decisions/' },
  { name: 'cases', path: '/cases', below: '/cases/' },
  { name: 'notifications', path: '/notifications', below: '/alerts' },
  { name: 'ledger', path: '/ledger' },
]

/** What a page is to a section: the page itself, or one below it, such as a trace below the list of traces. */
function currentOf({ path, place, below }: Section, here: string): 'page' | 'true' | undefined {
  if (path === here && place === undefined) return 'page'
  return below !== undefined && here.startsWith(below) ? 'true' : undefined
}

/** Leads to the other pages of the project that the address names; where it names none there is nothing to lead to. */
export const Sections = ({ viewer }: { viewer: Viewer }) => {
  const { nav } = viewer.text
  const project_id = viewer.url.searchParams.get('project_id')
  if (!project_id) return null
  return (
    <nav class="sections" aria-label={nav.title}>
      <a href={viewer.to('/projects')}>{viewer.text.projects}</a>
      {SECTIONS.map((section) => (
        <a
          href={viewer.to(section.path, { project_id }) + (section.place ?? '')}
          aria-current={currentOf(section, viewer.url.pathname)}
        >
          {nav.sections[section.name]}
          {section.name === 'cases' && <CaseCount viewer={viewer} />}
        </a>
      ))}
    </nav>
  )
}
