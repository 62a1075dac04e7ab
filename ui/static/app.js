// What the pages cannot do on the server: times in the viewer's zone, copying, and polls that rest in hidden tabs.
'use strict'

const lang = document.documentElement.lang
const DAY = { month: 'short', day: 'numeric' }
const CLOCK = { hour: 'numeric', minute: '2-digit', second: '2-digit' }
const WITH_YEAR = new Intl.DateTimeFormat(lang, { year: 'numeric', ...DAY, ...CLOCK })
const WITH_DAY = new Intl.DateTimeFormat(lang, { ...DAY, ...CLOCK })
const CLOCK_ONLY = new Intl.DateTimeFormat(lang, CLOCK)
const ON_AXIS = new Intl.DateTimeFormat(lang, { ...DAY, hour: 'numeric', minute: '2-digit' })
const words = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' })
const STEPS = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Infinity],
]

function agoText(milliseconds) {
  let amount = Math.trunc(milliseconds / 1000)
  for (const [unit, size] of STEPS) {
    if (Math.abs(amount) < size) return words.format(-amount, unit)
    amount = Math.trunc(amount / size)
  }
  return ''
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}

function formOf(time, date) {
  if (time.dataset.local === 'axis') return ON_AXIS
  if (time.dataset.local === 'clock') return CLOCK_ONLY
  return date.getFullYear() === new Date().getFullYear() ? WITH_DAY : WITH_YEAR
}

function showTimes() {
  for (const time of document.querySelectorAll('time[data-local]')) {
    const date = new Date(time.dateTime)
    setText(time, formOf(time, date).format(date))
  }
  showAges()
}

function showAges() {
  const now = Date.now()
  for (const age of document.querySelectorAll('[data-ago]'))
    setText(age, agoText(now - Date.parse(age.dataset.ago)))
}

function textOf(element) {
  const clone = element.cloneNode(true)
  for (const mark of clone.querySelectorAll('[data-char]')) {
    mark.replaceWith(String.fromCodePoint(Number(mark.dataset.char)))
  }
  return clone.textContent
}

// Outside a secure context there is no clipboard: a selected field and the old command do it.
function copyByField(text) {
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'unseen'
  document.body.append(field)
  field.select()
  const done = document.execCommand('copy')
  field.remove()
  return done
}

async function copy(button) {
  const from = button.dataset.copyFrom
  const text = from ? textOf(document.getElementById(from)) : button.dataset.copy
  const done = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  )
  if (!done && !copyByField(text)) return
  const label = button.querySelector('span')
  const before = label.textContent
  if (button.classList.contains('is-copied')) return
  button.classList.add('is-copied')
  label.textContent = button.dataset.copied
  setTimeout(() => {
    button.classList.remove('is-copied')
    label.textContent = before
  }, 1500)
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('button.copy')
  if (button) void copy(button)
})

// Where the pane stands beside the tree, choosing a span must not move the page to it.
const side_by_side = matchMedia('(width >= 1000px)')

document.addEventListener('htmx:config:request', (event) => {
  if (side_by_side.matches) event.detail.ctx.request.anchor = ''
})

// Polls. `wake` is the fragment's other trigger: a tab that is looked at again asks at once.
document.addEventListener('htmx:config:request', (event) => {
  if (document.hidden && event.detail.ctx.sourceEvent.type === 'every') event.preventDefault()
})

document.addEventListener('visibilitychange', () => {
  if (document.hidden) return
  for (const fragment of document.querySelectorAll('.live[hx-get]')) htmx.trigger(fragment, 'wake', {}, false)
})

function setLost(fragment, lost) {
  for (const bar of document.querySelectorAll('.live-bar')) bar.classList.toggle('is-lost', lost)
  if (lost) return
  const updated = fragment?.querySelector('[data-updated]')
  if (!updated) return
  updated.dateTime = new Date().toISOString()
  showTimes()
}

document.addEventListener('htmx:after:request', (event) => {
  const { sourceElement, response } = event.detail.ctx
  if (sourceElement.matches('.live')) setLost(sourceElement, response.status >= 400)
})

document.addEventListener('htmx:error', (event) => {
  if (event.detail.ctx?.sourceElement?.matches('.live')) setLost(null, true)
})

document.addEventListener('htmx:after:swap', showTimes)

// What a person has unfolded stays so when its page changes around it.
htmx.registerExtension('stay-open', {
  htmx_before_morph_attr: (element, { attrName }) => attrName !== 'open' || element.tagName !== 'DETAILS',
})

// The tree of a trace. Choosing a span changes the pane alone, so the rows on the screen are told here.
const spanNow = () => new URLSearchParams(location.search).get('span')
const rowsOf = () => [...document.querySelectorAll('.tree tr[data-span]')]
const rowOf = (span) => rowsOf().find((row) => row.dataset.span === span)

function markSelected() {
  const selected = spanNow()
  for (const row of rowsOf()) {
    const is_selected = row.dataset.span === selected
    row.classList.toggle('is-selected', is_selected)
    const link = row.querySelector('.span-link')
    if (is_selected) link.setAttribute('aria-current', 'true')
    else link.removeAttribute('aria-current')
  }
}

document.addEventListener('htmx:after:history:update', () => {
  if (rowOf(spanNow()) || !spanNow()) markSelected()
})

// A poll and a fold ask for what is chosen by now, a poll with the rows that are there.
document.addEventListener('htmx:config:request', (event) => {
  const { ctx } = event.detail
  if (ctx.sourceElement.matches('.tree form') && spanNow()) ctx.request.body.set('span', spanNow())
  if (!ctx.sourceElement.matches('#trace-view')) return
  const url = new URL(ctx.request.action, location.href)
  if (url.searchParams.get('span') === spanNow()) return
  if (spanNow()) url.searchParams.set('span', spanNow())
  else url.searchParams.delete('span')
  url.searchParams.set('from', document.getElementById('rows')?.dataset.from ?? 0)
  ctx.request.action = url.pathname + url.search
})

// After a swap of the whole, rows that scrolling had added may be of an older version.
document.addEventListener('htmx:after:swap', (event) => {
  if (rowOf(spanNow())) markSelected()
  if (!event.detail.ctx.target?.matches?.('#trace-view')) return
  for (const rows of document.querySelectorAll('tbody.added')) htmx.trigger(rows, 'renew', {}, false)
  const focused = document.activeElement
  if (focused?.closest('.tree')) focused.scrollIntoView({ block: 'nearest' })
  else if (event.detail.ctx.sourceElement !== event.detail.ctx.target) scrollToSelected()
})

function scrollToSelected() {
  const [box, row] = [
    document.querySelector('.tree-box'),
    document.querySelector('.tree .is-selected') ?? document.querySelector('.tree .is-hit'),
  ]
  if (!box || !row) return
  const { top, bottom } = row.getBoundingClientRect()
  const view = box.getBoundingClientRect()
  if (top < view.top + 40 || bottom > view.bottom) box.scrollTop += top - view.top - box.clientHeight / 2
}

function walkRows(step, is_wanted = () => true, is_end = () => false) {
  const rows = rowsOf()
  const at = rows.findIndex((row) => row.contains(document.activeElement) || row.matches('.is-selected'))
  for (let next = at + step; next >= 0 && next < rows.length; next += step) {
    if (at >= 0 && is_end(rows[next], rows[at])) return
    if (at >= 0 && !is_wanted(rows[next], rows[at])) continue
    return openRow(rows[next])
  }
}

function openRow(row) {
  const link = row.querySelector('.span-link')
  link.focus({ preventScroll: true })
  row.scrollIntoView({ block: 'nearest' })
  link.click()
}

const depthOf = (row) => Number(row.dataset.depth)
const isSibling = (row, from) => depthOf(row) === depthOf(from)
const isAbove = (row, from) => depthOf(row) < depthOf(from)

const KEYS = {
  j: () => walkRows(1),
  k: () => walkRows(-1),
  ']': () => walkRows(1, isSibling, isAbove),
  '[': () => walkRows(-1, isSibling, isAbove),
  '?': () => document.getElementById('keys').showModal(),
}

function followKey(key) {
  const element = document.querySelector(`[data-key="${CSS.escape(key)}"]`)
  if (!element) return false
  const row = element.dataset.to && rowOf(element.dataset.to)
  if (element.matches('input, select')) element.focus()
  else if (row) openRow(row)
  else element.click()
  return true
}

document.addEventListener('keydown', (event) => {
  const { key, target } = event
  if (!document.getElementById('keys') || event.ctrlKey || event.metaKey || event.altKey) return
  if (target.closest('input, textarea, select, dialog, [contenteditable]')) return
  if (KEYS[key]) KEYS[key]()
  else if (!followKey(key)) return
  event.preventDefault()
})

// A policy as it is written: its lines are numbered, a finding leads to its place, a new line keeps the indent.
function numberLines(code) {
  const lines = code.value.split('\n').length
  setText(
    code.parentElement.querySelector('.code-lines'),
    Array.from({ length: lines }, (_, at) => at + 1).join('\n'),
  )
}

function placeIn(code, { line, column }) {
  const before = code.value.split('\n').slice(0, line - 1)
  return before.reduce((sum, text) => sum + text.length + 1, 0) + Number(column) - 1
}

document.addEventListener('click', (event) => {
  const place = event.target.closest('a[data-line]')
  const code = place && document.getElementById('definition')
  if (!code) return
  event.preventDefault()
  const at = placeIn(code, place.dataset)
  code.focus({ preventScroll: true })
  code.setSelectionRange(at, at)
  const box = code.closest('.code-box')
  const height = Number.parseFloat(getComputedStyle(code).lineHeight)
  box.scrollTop = (place.dataset.line - 1) * height - box.clientHeight / 3
  box.scrollIntoView({ block: 'nearest' })
})

// What answers the writing says when it does not: then what is shown is from before.
const answers = ({ target }) => target?.matches?.('#findings, #try-result')

document.addEventListener('htmx:after:request', ({ detail: { ctx } }) => {
  if (answers(ctx)) ctx.target.classList.toggle('is-lost', ctx.response.status >= 400)
})

document.addEventListener('htmx:error', ({ detail: { ctx } }) => {
  if (ctx && answers(ctx)) ctx.target.classList.add('is-lost')
})

document.addEventListener('input', ({ target }) => {
  if (target.matches('textarea.code')) numberLines(target)
})

document.addEventListener('keydown', (event) => {
  const { target, key } = event
  if (key !== 'Enter' || event.isComposing || !target.matches('textarea.code:not([readonly])')) return
  const before = target.value.slice(0, target.selectionStart)
  const [indent] = /^[ ]*/.exec(before.slice(before.lastIndexOf('\n') + 1))
  // The old command keeps the writing undoable.
  if (document.execCommand('insertText', false, `\n${indent}`)) event.preventDefault()
})

document.documentElement.classList.add('has-script')
showTimes()
scrollToSelected()
setInterval(showAges, 10_000)
