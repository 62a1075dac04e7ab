import { compact, cost, count } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import type { Viewer } from '../viewer.ts'
import { Meter } from './meter.tsx'
import type { Series } from './tiles.tsx'

type Model = Series['models'][number]

const SHOWN = 6

const tokensOf = ({ input_tokens, output_tokens }: Model) =>
  input_tokens === null && output_tokens === null ? null : (input_tokens ?? 0) + (output_tokens ?? 0)

/** The dearest first; those of unknown cost by their tokens after them. */
const byCost = (models: Model[]) =>
  models.toSorted(
    (a, b) => (b.cost_usd ?? -1) - (a.cost_usd ?? -1) || (tokensOf(b) ?? -1) - (tokensOf(a) ?? -1),
  )

type RowsProps = { viewer: Viewer; models: Model[]; most: { cost: number; tokens: number } }

const Rows = ({ viewer, models, most }: RowsProps) => (
  <>
    {models.map((model) => {
      const tokens = tokensOf(model)
      return (
        <tr>
          <th scope="row">
            {model.model === null ? (
              <span class="quiet">{viewer.text.charts.no_model}</span>
            ) : (
              <a class="quiet-link" href={viewer.keep('/', { model: model.model, cursor: null })}>
                <Said>{model.model}</Said>
              </a>
            )}
          </th>
          <td class="meter-cell">
            {cost(viewer, model.cost_usd)}
            <Meter kind="cost" share={(model.cost_usd ?? 0) / most.cost} />
          </td>
          <td class="meter-cell">
            <span title={count(viewer, tokens)}>{compact(viewer, tokens)}</span>
            <Meter kind="tokens" share={(tokens ?? 0) / most.tokens} />
          </td>
          <td class="number">{count(viewer, model.spans)}</td>
          <td class="number">{count(viewer, model.errors)}</td>
        </tr>
      )
    })}
  </>
)

/** What each model cost and how many tokens went through it. */
export const Models = ({ viewer, data }: { viewer: Viewer; data: Series }) => {
  const { charts, figures } = viewer.text
  const models = byCost(data.models)
  const most = {
    cost: Math.max(...models.map(({ cost_usd }) => cost_usd ?? 0)) || 1,
    tokens: Math.max(...models.map((model) => tokensOf(model) ?? 0)) || 1,
  }
  const rest = models.slice(SHOWN)
  return (
    <section class="chart models" aria-labelledby="models-title">
      <div class="chart-head">
        <h2 id="models-title">{charts.models}</h2>
        {data.models_total > models.length && (
          <span class="hint">
            {charts.models_cut(count(viewer, models.length), count(viewer, data.models_total))}
          </span>
        )}
      </div>
      {models.length === 0 ? (
        <p class="chart-empty">{charts.no_usage}</p>
      ) : (
        <div class="chart-table" role="region" aria-labelledby="models-title" tabindex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{charts.model}</th>
                <th scope="col">{figures.cost}</th>
                <th scope="col">{figures.tokens}</th>
                <th scope="col" class="number">
                  {charts.calls}
                </th>
                <th scope="col" class="number">
                  {charts.failed_calls}
                </th>
              </tr>
            </thead>
            <tbody>
              <Rows viewer={viewer} models={models.slice(0, SHOWN)} most={most} />
            </tbody>
          </table>
          {rest.length > 0 && (
            <details>
              <summary>{charts.more_models(count(viewer, rest.length))}</summary>
              <table>
                <tbody>
                  <Rows viewer={viewer} models={rest} most={most} />
                </tbody>
              </table>
            </details>
          )}
        </div>
      )}
    </section>
  )
}
