import { CopyButton } from '../parts/copy-button.tsx'
import { Notice } from '../parts/notice.tsx'
import type { Viewer } from '../viewer.ts'
import { HOME, projectIn } from './load.ts'

/** Works with the package `standardwebhooks`; a test runs what docs/webhooks.md has of it. */
const verifier = (secret: string) => `import { Webhook } from 'standardwebhooks'

const webhook = new Webhook(process.env.WEBHOOK_SECRET ?? '') // ${secret.slice(0, 10)}…

Bun.serve({
  port: 4000,
  async fetch(request) {
    const body = await request.text()
    try {
      const event = webhook.verify(body, Object.fromEntries(request.headers))
      console.log(event)
      return new Response(null, { status: 204 })
    } catch {
      return new Response('bad signature', { status: 401 })
    }
  },
})
`

/** A signing secret in full, which no later page can show, and what a receiver does with it. */
export const SecretPanel = ({ viewer, title, secret }: { viewer: Viewer; title: string; secret: string }) => {
  const { notifications: text } = viewer.text
  return (
    <Notice kind="good" title={title}>
      <p class="the-key">
        <code id="signing-secret">{secret}</code>
        <CopyButton viewer={viewer} what={text.secret} from="signing-secret" />
      </p>
      <p>{text.once}</p>
      <details>
        <summary>{text.verify}</summary>
        <div class="snippet">
          <div class="snippet-head">
            <h3>TypeScript</h3>
            <CopyButton viewer={viewer} what={text.verify} from="verify-snippet" />
          </div>
          <pre id="verify-snippet" tabindex={0}>
            {verifier(secret)}
          </pre>
        </div>
      </details>
      <p class="buttons">
        <a class="button" href={viewer.to(HOME, { project_id: projectIn(viewer) })}>
          {text.back}
        </a>
      </p>
    </Notice>
  )
}
