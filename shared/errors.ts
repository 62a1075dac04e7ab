import type { Finding } from './policy/finding.ts'

/**
 * Every error the hub answers with: code → status and default message. `docs/errors.md` has a heading for each;
 * a test keeps the two lists equal. Codes below 500 that are not 408, 413 or 429 are final: a client must not retry.
 */
export const ERRORS = {
  malformed_json: [400, 'The body is not valid JSON'],
  malformed_protobuf: [400, 'The body is not a valid protobuf message'],
  malformed_multipart: [400, 'The body is not valid multipart/form-data'],
  empty_body: [400, 'The body is empty'],
  invalid_utf8: [400, 'The body is not valid UTF-8'],
  bad_encoding: [400, 'The body does not match its content-encoding'],
  too_deep: [400, 'The body nests deeper than 128 levels'],
  invalid_project_id: [400, 'Invalid x-project-id'],
  project_required: [400, 'An admin key needs x-project-id here'],
  duplicate_header: [400, 'Send one API key only'],
  parent_not_found: [400, 'parent span not found'],
  missing_api_key: [401, 'Missing API key'],
  invalid_api_key: [401, 'Invalid API key'],
  admin_required: [403, 'Admin key required'],
  key_not_activated: [403, 'API key not provisioned for ingestion. Rotate Key first.'],
  project_inactive: [403, 'Project is inactive'],
  project_scope_mismatch: [403, 'Project scope mismatch'],
  missing_scope: [403, 'This key lacks the scope that the endpoint needs'],
  host_not_allowed: [403, 'This Host or Origin is not allowed'],
  not_found: [404, 'Not Found'],
  project_not_found: [404, 'project not found'],
  key_not_found: [404, 'key not found'],
  trace_not_found: [404, 'trace not found'],
  span_not_found: [404, 'span not found'],
  attachment_not_found: [404, 'attachment not found'],
  decision_not_found: [404, 'decision not found'],
  case_not_found: [404, 'case not found'],
  session_not_found: [404, 'session not found'],
  subscription_not_found: [404, 'subscription not found'],
  alert_not_found: [404, 'alert not found'],
  delivery_not_found: [404, 'delivery not found'],
  policy_not_found: [404, 'policy not found'],
  policy_version_not_found: [404, 'policy version not found'],
  method_not_allowed: [405, 'Method Not Allowed'],
  body_timeout: [408, 'The body did not arrive in time'],
  idempotency_conflict: [409, 'This idempotency key was used with another body'],
  subscription_disabled: [409, 'The subscription is disabled: enable it first'],
  subscription_fixed: [409, 'WEBHOOK_URL makes this subscription; change it there'],
  too_many_subscriptions: [409, 'A project has at most 50 subscriptions'],
  too_many_alerts: [409, 'A project has at most 50 alerts'],
  not_replayable: [409, 'What this decision was made of is no longer there'],
  nothing_to_roll_back: [409, 'This policy does not decide, or nothing decided before it'],
  wrong_case_status: [409, 'The case is in a status in which this cannot be done'],
  version_mismatch: [412, 'It has changed since the version in If-Match'],
  body_too_large: [413, 'The body is larger than the endpoint takes'],
  too_many_items: [413, 'The array has more items than one request may carry'],
  too_many_keys: [413, 'The body has more than 500,000 JSON members'],
  unsupported_media_type: [415, 'Send application/json, as it is or with content-encoding gzip or zstd'],
  trace_mismatch: [422, 'The item names another trace than its envelope'],
  validation_error: [422, 'The request does not match the schema'],
  url_not_allowed: [422, 'The hub does not send to this address'],
  invalid_policy: [422, 'The policy has errors'],
  policy_tests_failed: [422, 'A test of the policy fails, so it may not decide'],
  rate_limited: [429, 'This key, or its project, has sent more than its limit allows'],
  overloaded: [429, 'The hub is at its limit, try again shortly'],
  internal_error: [500, 'Something failed inside the hub; the log has the cause under this request id'],
  storage_unavailable: [503, 'The database is not available, try again shortly'],
  not_stored: [503, 'The hub could not store this; send the same again'],
  masking_failed: [503, 'The masking rules of the project could not be applied; nothing was stored'],
  query_timeout: [503, 'The query took too long; narrow the time window'],
  starting: [503, 'The hub is not ready'],
} as const satisfies Record<string, readonly [number, string]>

export type ErrorCode = keyof typeof ERRORS

/** One thing wrong with a request, where it is, and why; the submitted value is never repeated. */
export type Issue = { type: string; loc: (string | number)[]; msg: string }

type Options = {
  detail?: string
  issues?: Issue[]
  /** What a check of a policy found, answered beside `detail`. */
  findings?: readonly Finding[]
  retry_after?: number
  cause?: unknown
}

/** The one error that is thrown on purpose. `cause` goes to the log, never into an answer. */
export class HubError extends Error {
  override readonly name = 'HubError'
  readonly code: ErrorCode
  readonly issues: Issue[] | undefined
  readonly findings: readonly Finding[] | undefined
  readonly retry_after: number | undefined

  constructor(code: ErrorCode, options: Options = {}) {
    super(options.detail ?? ERRORS[code][1], options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.issues = options.issues
    this.findings = options.findings
    this.retry_after = options.retry_after
  }

  get status(): number {
    return ERRORS[this.code][0]
  }
}
