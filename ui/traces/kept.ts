/** What of the address a form of the list keeps, whatever it filters by. */
export const KEPT = [
  'project_id',
  'lang',
  'theme',
  'live',
  'every',
  'range',
  'from',
  'to',
  'sla',
  'page_size',
  'cols',
]
