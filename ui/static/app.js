// What the pages cannot do on the server: times in the viewer's zone, copying, and polls that rest in hidden tabs.
'use strict'

const lang = document.documentElement.lang
const DAY = { month: 'short', day: 'numeric' }
const CLOCK = { hour: 'numeric', minute: '2-digit', second: '2-digit' }
const WITH_YEAR = new Intl.DateTimeFormat(lang, { year: 'numeric', ...DAY, ...CLOCK })
const WITH_DAY = new Intl.DateTimeFormat(lang, { ...DAY, ...CLOCK })
const CLOCK_ONLY = new Intl.DateTimeFormat(lang, CLOCK)
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

document.documentElement.classList.add('has-script')
showTimes()
setInterval(showAges, 10_000)
