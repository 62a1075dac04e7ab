import type { Child, PropsWithChildren } from 'hono/jsx'
import type { Asked } from '../fragment.ts'
import { THEMES } from '../viewer.ts'
import { AccountMenu } from './account-menu.tsx'
import { Icon } from './icon.tsx'
import { plain } from './said.tsx'
import { Sections } from './sections.tsx'

/** What htmx 4 is told: no style of its own, and no answer but a good one takes the place of what is shown. */
const HTMX = JSON.stringify({ includeIndicatorCSS: false, noSwap: [204, 304, '3xx', '4xx', '5xx'] })

type Props = PropsWithChildren<{
  asked: Pick<Asked, 'viewer' | 'site'>
  title: string
  /** The way here, after the product's name. */
  path?: Child
  /** Asks again by itself after some seconds. */
  retry?: boolean
}>

const Mark = () => (
  <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
    <path d="M4 6h9M7 12h10M10 18h10" />
    <circle cx="4" cy="6" r="1.5" />
    <circle cx="7" cy="12" r="1.5" />
    <circle cx="10" cy="18" r="1.5" />
  </svg>
)

/** The frame of every page. */
export const Shell = ({
  asked: {
    viewer,
    site: { assets },
  },
  title,
  path,
  retry = false,
  children,
}: Props) => {
  const { text, url } = viewer
  const other = viewer.lang === 'en' ? 'ko' : 'en'
  return (
    <html lang={viewer.lang} data-theme={viewer.theme ?? undefined}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={viewer.theme ?? 'light dark'} />
        <meta name="htmx-config" content={HTMX} />
        {retry && <meta http-equiv="refresh" content="5" />}
        <title>{`${plain(title)} · ${text.product}`}</title>
        <link rel="icon" href={assets.url('favicon.svg')} type="image/svg+xml" />
        <link rel="stylesheet" href={assets.url('app.css')} />
        <script src={assets.url('htmx.js')} defer={true}></script>
        <script src={assets.url('app.js')} defer={true}></script>
      </head>
      <body>
        <a class="skip" href="#content">
          {text.skip}
        </a>
        <header class="top">
          <a class="brand" href={viewer.to('/projects')}>
            <Mark />
            <span>{text.product}</span>
          </a>
          <nav class="path" aria-label={text.main_menu}>
            {viewer.person && <a href={viewer.to('/projects')}>{text.projects}</a>}
            {path}
          </nav>
          <AccountMenu viewer={viewer} />
          {THEMES.map((theme) => (
            <a class={`theme theme-${theme}`} href={viewer.keep(url.pathname, { theme })}>
              <Icon name={theme} />
              <span class="theme-name">{text.themes[theme]}</span>
            </a>
          ))}
          <a class="language" href={viewer.keep(url.pathname, { lang: other })} lang={other} hreflang={other}>
            {text.other_language}
          </a>
        </header>
        <Sections viewer={viewer} />
        <main id="content" tabindex={-1}>
          {children}
        </main>
      </body>
    </html>
  )
}
