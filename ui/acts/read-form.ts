const MOST_BYTES = 64 * 1024

const read = new WeakMap<Request, Promise<URLSearchParams>>()

/** Reads a form's fields as text, however often it is asked; a body that is no small form has none. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const known = read.get(request) ?? readOnce(request)
  read.set(request, known)
  return known
}

async function readOnce(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('content-type') ?? ''
  const length = Number(request.headers.get('content-length') ?? 0)
  if (!type.startsWith('application/x-www-form-urlencoded') || length > MOST_BYTES)
    return new URLSearchParams()
  return new URLSearchParams((await request.text()).slice(0, MOST_BYTES))
}
