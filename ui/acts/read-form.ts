const MOST_BYTES = 64 * 1024

const read = new WeakMap<Request, Promise<URLSearchParams>>()

/** Reads a form's fields as text, however often it is asked; a body that is no form of at most so many bytes has none. */
export async function readForm(request: Request, most: number = MOST_BYTES): Promise<URLSearchParams> {
  const known = read.get(request) ?? readOnce(request, most)
  read.set(request, known)
  return known
}

async function readOnce(request: Request, most: number): Promise<URLSearchParams> {
  const type = request.headers.get('content-type') ?? ''
  if (!type.startsWith('application/x-www-form-urlencoded') || isLonger(request, most))
    return new URLSearchParams()
  const text = await request.text()
  return new URLSearchParams(text.length > most ? '' : text)
}

/** Whether a request says that its body is longer than that. */
export const isLonger = ({ headers }: Request, most: number = MOST_BYTES): boolean =>
  Number(headers.get('content-length') ?? 0) > most
