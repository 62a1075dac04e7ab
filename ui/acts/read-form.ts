const MOST_BYTES = 64 * 1024

/** Reads a form's fields as text; a body that is no small form has none. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('content-type') ?? ''
  const length = Number(request.headers.get('content-length') ?? 0)
  if (!type.startsWith('application/x-www-form-urlencoded') || length > MOST_BYTES)
    return new URLSearchParams()
  return new URLSearchParams((await request.text()).slice(0, MOST_BYTES))
}
