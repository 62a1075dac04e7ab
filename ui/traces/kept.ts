/** What of the address says what the list is of and how it is shown, apart from its columns and its filters. */
export const SHOWN = 'project_id lang theme live every range from to sla page_size'.split(' ')

/** What of the address a form of the list keeps, whatever it filters by. */
export const KEPT = [...SHOWN, 'cols']
