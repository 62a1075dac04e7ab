import { html } from '../answer.tsx'

/** All that the UI answers where sign-in is required: this version has none, so it shows nothing to anybody. */
export const closed = (): Response =>
  html(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>LLM Trace Hub: sign-in needed</title>
      </head>
      <body>
        <main>
          <h1>The pages are closed here</h1>
          <p>
            In production the pages of LLM Trace Hub need people to sign in, and this version has no sign-in
            yet. So they show nothing. The API works: use it with an API key.
          </p>
          <p lang="ko">
            운영 환경에서는 로그인이 필요하지만 이 버전에는 아직 로그인이 없습니다. 그래서 화면을 보여 주지
            않습니다. API는 동작하니 API 키로 사용하세요.
          </p>
        </main>
      </body>
    </html>,
    503,
    { 'retry-after': '86400' },
  )
