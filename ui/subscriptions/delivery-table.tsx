import type { Delivery, Subscription } from '#shared/contract/subscriptions.ts'
import { elementId } from '../parts/element-id.ts'
import { Said } from '../parts/said.tsx'
import { Time } from '../parts/time.tsx'
import { given } from '../records/choices.tsx'
import type { Viewer } from '../viewer.ts'
import { DeliveryDetailView } from './delivery-detail.tsx'
import { HOME, stateIn, type Shown } from './load.ts'
import { AttemptEnd, DeliveryMark } from './outcome-mark.tsx'

const COLUMNS = 6
const STATES = ['pending', 'delivered', 'dead'] as const

type At = { viewer: Viewer; shown: Shown }

const Last = ({ viewer, delivery }: { viewer: Viewer; delivery: Delivery }) => {
  const { notifications: text } = viewer.text
  return (
    <>
      {delivery.last === null ? (
        <span class="quiet">{delivery.state === 'dead' ? text.never : text.none_yet}</span>
      ) : (
        <AttemptEnd attempt={delivery.last} />
      )}
      {delivery.due_at !== null && delivery.last !== null && (
        <span class="sub">
          {text.next} <Time viewer={viewer} at={delivery.due_at} relative={true} />
        </span>
      )}
    </>
  )
}

type RowProps = { viewer: Viewer; delivery: Delivery; to: Subscription | undefined; opened: boolean }

const Row = ({ viewer, delivery, to, opened }: RowProps) => {
  const { notifications: text, close } = viewer.text
  const detail = viewer.keep(HOME, { delivery: opened ? null : delivery.id, manage: null, confirm: null })
  return (
    <tr id={elementId('delivery', delivery.id)} role="row" class={opened ? 'is-managed' : undefined}>
      <td role="cell" class="cell-name" data-label={text.event}>
        <code>{delivery.event}</code>
      </td>
      <td role="cell" data-label={text.where}>
        {to && <Said>{to.url}</Said>}
      </td>
      <td role="cell" data-label={text.state}>
        <DeliveryMark viewer={viewer} state={delivery.state} />
      </td>
      <td role="cell" data-label={text.last}>
        <Last viewer={viewer} delivery={delivery} />
      </td>
      <td role="cell" data-label={text.when}>
        <Time viewer={viewer} at={delivery.created_at} relative={true} />
      </td>
      <td role="cell" class="cell-acts">
        <a
          class="button small"
          href={opened ? `${detail}#log` : `${detail}#delivery`}
          aria-expanded={String(opened)}
        >
          {opened ? close : text.details}
        </a>
      </td>
    </tr>
  )
}

const Table = ({ viewer, shown: { subscriptions, deliveries, detail } }: At) => {
  const { notifications: text } = viewer.text
  return (
    <div class="table-box" role="region" aria-label={text.log} tabindex={0}>
      <table class="projects records deliveries" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {[text.event, text.where, text.state, text.last, text.when].map((name) => (
              <th scope="col" role="columnheader">
                {name}
              </th>
            ))}
            <th scope="col" role="columnheader">
              <span class="unseen">{text.details}</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {deliveries.items.map((delivery) => {
            const opened = detail?.delivery.id === delivery.id
            const to = subscriptions.find(({ id }) => id === delivery.subscription_id)
            return (
              <>
                <Row viewer={viewer} delivery={delivery} to={to} opened={opened} />
                {opened && (
                  <tr role="row" id="delivery" class="manage-row">
                    <td role="cell" colspan={COLUMNS}>
                      <DeliveryDetailView viewer={viewer} detail={detail} />
                    </td>
                  </tr>
                )}
              </>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

/** What was sent and what is to be, with the attempts of the one that the address opens. */
export const DeliveryLog = ({ viewer, shown }: At) => {
  const { notifications: text, records } = viewer.text
  const { items, next_cursor } = shown.deliveries
  const [state, cursor] = [stateIn(viewer), given(viewer, 'cursor')]
  const chosen = state !== undefined || given(viewer, 'of') !== undefined || cursor !== undefined
  const afresh = { cursor: null, delivery: null, manage: null, confirm: null }
  return (
    <section aria-labelledby="log">
      <h2 id="log">{text.log}</h2>
      <nav class="segments" aria-label={text.state}>
        {[undefined, ...STATES].map((name) => (
          <a
            href={`${viewer.keep(HOME, { ...afresh, state: name ?? null, of: name ? given(viewer, 'of') : null })}#log`}
            aria-current={name === state ? 'true' : undefined}
          >
            {name ? text.delivery_states[name] : text.any_state}
          </a>
        ))}
      </nav>
      {items.length === 0 ? (
        <p class="empty">{chosen ? text.log_none : text.log_empty}</p>
      ) : (
        <Table viewer={viewer} shown={shown} />
      )}
      <nav class="pager" aria-label={text.log}>
        {cursor !== undefined && (
          <a class="button small" href={`${viewer.keep(HOME, afresh)}#log`}>
            {records.first}
          </a>
        )}
        {next_cursor !== null && (
          <a
            class="button small"
            rel="next"
            href={`${viewer.keep(HOME, { ...afresh, cursor: next_cursor })}#log`}
          >
            {records.next}
          </a>
        )}
      </nav>
    </section>
  )
}
