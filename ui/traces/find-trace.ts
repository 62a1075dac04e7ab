import { listProjects } from '#shared/contract/projects.ts'
import { getTrace } from '#shared/contract/traces.ts'
import { CallError } from '#shared/http/call.ts'
import type { Asked } from '../fragment.ts'
import type { Project } from '../projects/default-project.ts'

const AT_ONCE = 8

/** Not there, somebody else's or blocked: to the one who looks for it, all the same. */
const isMissing = (error: unknown) => error instanceof CallError && error.status < 500 && error.status !== 429

async function has({ ask, params }: Asked, project: Project): Promise<boolean> {
  try {
    await ask(
      getTrace,
      { params: { trace_id: params['trace_id'] ?? '' }, query: { spans: 'tree' } },
      project.id,
    )
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** The projects that have a trace with this id; an address from an SDK names no project. */
export async function findTrace(asked: Asked): Promise<Project[]> {
  const projects = (await asked.ask(listProjects, {})).filter(({ is_active }) => is_active)
  const found: Project[] = []
  for (let from = 0; from < projects.length; from += AT_ONCE) {
    const some = projects.slice(from, from + AT_ONCE)
    const hits = await Promise.all(some.map((project) => has(asked, project)))
    found.push(...some.filter((_, at) => hits[at]))
  }
  return found
}
