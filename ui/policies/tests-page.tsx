import type { Output } from '#shared/contract/endpoint.ts'
import { testPolicy } from '#shared/contract/policies.ts'
import type { Asked } from '../fragment.ts'
import { notFound } from '../pages/problem.tsx'
import { Icon } from '../parts/icon.tsx'
import type { Viewer } from '../viewer.ts'
import { TestList } from './findings.tsx'
import { loadPolicy, versionOf, type Loaded } from './load-policy.ts'
import { policyFrame, tabAt } from './policy-frame.tsx'

type Answer = Output<typeof testPolicy>
type Props = { viewer: Viewer; loaded: Loaded; version: number; answer: Answer }

const Body = ({ viewer, loaded, version, answer }: Props) => {
  const { policies: text } = viewer.text
  const passed = answer.tests.filter((one) => one.passed).length
  return (
    <section class="policy-card" aria-labelledby="tests-title">
      <div class="page-head">
        <h2 id="tests-title">{text.tests_of(version)}</h2>
        {answer.tests.length > 0 && (
          <span class={answer.ok ? 'pill pill-good' : 'pill pill-bad'}>
            {text.tests_passed(String(passed), String(answer.tests.length))}
          </span>
        )}
        <a class="button small" href={tabAt(viewer, loaded, 'tests', version)}>
          <Icon name="play" />
          {text.run_tests}
        </a>
      </div>
      {answer.tests.length === 0 ? (
        <p class="hint">{text.no_tests}</p>
      ) : (
        <TestList viewer={viewer} tests={answer.tests} />
      )}
    </section>
  )
}

/** `/policies/{id}/tests?version=`: the tests that stand in a version, run now. */
export async function testsPage(asked: Asked): Promise<Response> {
  const { viewer, ask } = asked
  const loaded = await loadPolicy(asked)
  const shown = loaded && versionOf(loaded, viewer.url.searchParams.get('version'))
  if (!loaded || !shown) return notFound(asked)
  const answer = await ask(
    testPolicy,
    { params: { policy_id: loaded.policy.id }, query: { version: shown.version }, body: {} },
    loaded.policy.project_id,
  )
  return policyFrame(asked, loaded, {
    tab: 'tests',
    body: <Body viewer={viewer} loaded={loaded} version={shown.version} answer={answer} />,
  })
}
