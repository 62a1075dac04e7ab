/** How a secret of a known maker begins, and what follows; the beginnings stand at the beginning of a word. */
type Shape = { kind: string; looks: RegExp }

const shape = (kind: string, looks: RegExp): Shape => ({ kind, looks })

/** One pattern that finds the place of every possible beginning; the shapes then decide. */
export const BEGINNING =
  /(?<![A-Za-z0-9_-])(?:A[KS]IA|gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|xapp-|[srp]k_(?:live|test)_|AIza|hf_|npm_|SG\.|pypi-|dop_v1_|shp(?:at|ss|ca|pa)_|sk-ant-|sk-|gsk_|r8_|lin_api_|ya29\.|AGE-SECRET-KEY-1|whsec_)/g

/** Tried in order at each beginning. Each is one class with bounds, so that it is read once and never back. */
export const SHAPES: Shape[] = [
  shape('aws_key', /A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9])/y),
  shape('github_token', /gh[pousr]_[A-Za-z0-9]{36,255}/y),
  shape('github_token', /github_pat_[A-Za-z0-9_]{22,255}/y),
  shape('gitlab_token', /glpat-[A-Za-z0-9_-]{20,64}/y),
  shape('slack_token', /xox[abeprs]-[A-Za-z0-9-]{10,250}/y),
  shape('slack_token', /xapp-[A-Za-z0-9-]{20,250}/y),
  shape('stripe_key', /[srp]k_(?:live|test)_[A-Za-z0-9]{16,247}/y),
  shape('google_key', /AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/y),
  shape('google_token', /ya29\.[A-Za-z0-9_-]{30,400}/y),
  shape('huggingface_token', /hf_[A-Za-z0-9]{30,64}/y),
  shape('npm_token', /npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/y),
  shape('sendgrid_key', /SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}/y),
  shape('pypi_token', /pypi-[A-Za-z0-9_-]{50,255}/y),
  shape('digitalocean_token', /dop_v1_[a-f0-9]{64}/y),
  shape('shopify_token', /shp(?:at|ss|ca|pa)_[a-fA-F0-9]{32}/y),
  shape('anthropic_key', /sk-ant-[A-Za-z0-9_-]{20,255}/y),
  shape('groq_key', /gsk_[A-Za-z0-9]{40,64}/y),
  shape('replicate_token', /r8_[A-Za-z0-9]{30,64}/y),
  shape('linear_key', /lin_api_[A-Za-z0-9]{30,64}/y),
  shape('age_key', /AGE-SECRET-KEY-1[A-Z0-9]{50,64}/y),
  shape('webhook_secret', /whsec_[A-Za-z0-9+/=]{24,128}/y),
]

/** A private key in PEM, at least its first line and some of its body. */
export const PRIVATE_KEY =
  /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----\s{0,4}(?=[A-Za-z0-9+/\\])/g

/** A name and a password before the host of an address. */
export const URL_PASSWORD = /:\/\/[^\s:@/?#]{0,64}:([^\s@/?#]{3,128})@[A-Za-z0-9.[-]/g

/** In every text that announces a secret one of these stands, in lower case; looking for them is cheap. */
export const ANNOUNCING = [
  ...['pass', 'pwd', 'secret', 'token', 'key', 'credential', 'bearer', 'authoriz'],
  ...['비밀번호', '비번', '암호', '패스워드', '시크릿', '토큰', '키'],
]

/** A word that announces a secret, then the secret. The group is the secret. */
export const ANNOUNCED =
  /(?<announced>password|passwd|pwd|passphrase|secret|token|api[_ -]?key|access[_ -]?key|private[_ -]?key|credentials?|bearer|authorization|비밀번호|비번|암호|패스워드|시크릿|토큰|인증키|(?:api|접근|비밀) ?키)(?:['"`]|[_ -]?(?:key|id|token|hash)\b|[은는이가])?\s{0,3}(?:is|[:=]{1,2}|=>|→|:=)?\s{0,3}(?:bearer |basic )?['"`]?(?<secret>[A-Za-z0-9!#$%&*+./=?@^_~-]{8,200})/gi
