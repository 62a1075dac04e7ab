import * as contract from '#shared/contract/system.ts'
import { HubError } from '#shared/errors.ts'
import { serve, type Route } from '#shared/http/serve.ts'

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>LLM Trace Hub API</title>
<link rel="icon" type="image/png" href="/swagger/assets/favicon-32x32.png">
<link rel="stylesheet" href="/swagger/assets/swagger-ui.css">
<main id="reference"></main>
<script src="/swagger/assets/swagger-ui-bundle.js"></script>
<script src="/swagger/assets/start.js"></script>
</html>
`

/** Its own file, since the page's policy allows no script inside it. Nothing is fetched from elsewhere. */
const START = `SwaggerUIBundle({
  url: '/swagger/json',
  dom_id: '#reference',
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: -1,
})
`

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const TYPES: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
}

const safe = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' }

/** `GET /swagger`: the reference as a page that needs nothing but this hub. */
export const swaggerPage = (): Route =>
  serve(contract.swaggerPage, () =>
    Promise.resolve(
      new Response(PAGE, {
        headers: { ...safe, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY },
      }),
    ),
  )

function assetOf(file: string): Response {
  const headers = { ...safe, 'cache-control': 'public, max-age=3600' }
  if (file === 'start.js') {
    return new Response(START, { headers: { ...headers, 'content-type': 'text/javascript; charset=utf-8' } })
  }
  const type = Object.hasOwn(TYPES, file) ? TYPES[file] : undefined
  if (type === undefined) throw new HubError('not_found')
  const source = Bun.file(new URL(import.meta.resolve(`swagger-ui-dist/${file}`)))
  return new Response(source, { headers: { ...headers, 'content-type': type } })
}

/** `GET /swagger/assets/{file}`: what the page is made of, from the installed package. */
export const swaggerAsset = (): Route =>
  serve(contract.swaggerAsset, ({ params }) => Promise.resolve().then(() => assetOf(params.file)))
