import { HubError } from '#shared/errors.ts'

/** Answers a client of another maker's: those drop what is answered with 500, so what fails here is to be sent again. */
export async function neverFinal(answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer()
  } catch (error) {
    if (error instanceof HubError && error.code !== 'internal_error') throw error
    throw new HubError('not_stored', { cause: error, retry_after: 1 })
  }
}
