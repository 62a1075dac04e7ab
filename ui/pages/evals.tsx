import { paint, type Asked } from '../fragment.ts'
import { EvalList } from '../fragments/eval-list.tsx'
import { EvalTrends } from '../fragments/eval-trends.tsx'
import { Choice, ChoiceForm, TextField } from '../records/choices.tsx'
import { projectPage } from '../records/project-page.tsx'

/** `/evals?project_id=`: what was judged in a project, and how that went. */
export const evalsPage = (asked: Asked): Promise<Response> => {
  const { viewer } = asked
  const { evals: text } = viewer.text
  const verdicts = [
    { value: '', name: text.any },
    { value: 'yes', name: text.passed },
    { value: 'no', name: text.failed },
  ]
  return projectPage(asked, {
    title: text.title,
    lead: text.lead,
    body: async () => {
      const [trends, list] = await Promise.all([paint(EvalTrends, asked), paint(EvalList, asked)])
      return (
        <>
          {trends}
          <section class="filter" aria-label={viewer.text.filter.title}>
            <ChoiceForm viewer={viewer} path="/evals">
              <TextField viewer={viewer} name="eval_name" label={text.name} />
              <Choice viewer={viewer} name="passed" label={text.verdict} options={verdicts} />
              <TextField viewer={viewer} name="label" label={text.label} />
              <TextField viewer={viewer} name="trace_id" label={text.trace} />
            </ChoiceForm>
          </section>
          {list}
        </>
      )
    },
  })
}
