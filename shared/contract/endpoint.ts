import { Type as t, type Static, type TSchema } from '@sinclair/typebox'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * Who may call: `none` anybody; `admin` an admin key; `person` too, and who signed in, who is shown what is theirs;
 * `ingest`, `act` and `read` a project key (`full`, `ingest` for the first two, `read`), or an admin key with
 * `x-project-id`; the first two need the project's key to have been rotated once. Of people, viewers may `read`,
 * members also `act`, and admins of a project also `admin` what has its `:project_id` in the path.
 * `decide` (keys `full`, `ingest`; members), `handle` (keys `full`; members) and `manage` (keys `full`; admins of the
 * project) work before the key was rotated too.
 */
export type Auth = 'none' | 'admin' | 'person' | 'ingest' | 'act' | 'read' | 'decide' | 'handle' | 'manage'

/** One HTTP operation, written once: the server, the UI, the SDK and the OpenAPI page all read it. */
export type Endpoint<
  P extends TSchema = TSchema,
  Q extends TSchema = TSchema,
  B extends TSchema = TSchema,
  R extends TSchema = TSchema,
> = {
  service: 'ingest' | 'query' | 'decide' | 'notify'
  method: Method
  /** Path with `:name` for parameters. */
  path: string
  summary: string
  tag: string
  auth: Auth
  params: P
  query: Q
  body: B
  response: R
}

/** What a handler is given of a request. */
export type Input<E> =
  E extends Endpoint<infer P, infer Q, infer B>
    ? { params: Static<P>; query: Static<Q>; body: Static<B> }
    : never

/** What a handler answers with. */
export type Output<E> = E extends Endpoint<TSchema, TSchema, TSchema, infer R> ? Static<R> : never

const NOTHING = t.Object({})
const NO_BODY = t.Undefined()

type Nothing = typeof NOTHING
type NoBody = typeof NO_BODY

type Definition<P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema> = Omit<
  Endpoint<P, Q, B, R>,
  'params' | 'query' | 'body'
> & { params?: P; query?: Q; body?: B }

/** Declares an operation; parameters, query and body may be left out where there are none. */
export const endpoint = <
  R extends TSchema,
  P extends TSchema = Nothing,
  Q extends TSchema = Nothing,
  B extends TSchema = NoBody,
>(
  definition: Definition<P, Q, B, R>,
): Endpoint<P, Q, B, R> =>
  // A member that was left out has its default type by the signature above.
  ({ params: NOTHING, query: NOTHING, body: NO_BODY, ...definition }) as unknown as Endpoint<P, Q, B, R>
