import { USER_ORDERS } from '#shared/contract/users.ts'
import { paint, type Asked } from '../fragment.ts'
import { USER_HOURS, UserList } from '../fragments/user-list.tsx'
import { Choice, ChoiceForm, TextField, WindowChoice } from '../records/choices.tsx'
import { projectPage } from '../records/project-page.tsx'

/** `/users?project_id=`: whom the app of a project answered. */
export const usersPage = (asked: Asked): Promise<Response> => {
  const { viewer } = asked
  const { users: text } = viewer.text
  const orders = USER_ORDERS.map((order) => ({
    value: order === 'last_seen' ? '' : order,
    name: text.orders[order],
  }))
  return projectPage(asked, {
    title: text.title,
    lead: text.lead,
    body: async () => (
      <>
        <section class="filter" aria-label={viewer.text.filter.title}>
          <ChoiceForm viewer={viewer} path="/users">
            <TextField viewer={viewer} name="search" label={text.search} />
            <Choice viewer={viewer} name="sort" label={text.sort} options={orders} />
            <WindowChoice viewer={viewer} fallback={USER_HOURS} />
          </ChoiceForm>
        </section>
        {await paint(UserList, asked)}
      </>
    ),
  })
}
