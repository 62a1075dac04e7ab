-- Policies, and what was decided by them. Decisions outlive their traces: nothing here refers to the record by a key.

create table policies (
  policy_id   uuid primary key,
  project_no  integer not null references projects,
  name        text not null,
  description text,
  created_at  timestamptz not null
);
create index policies_by_project on policies (project_no, created_at desc);

create table policy_versions (
  version_id     uuid not null unique,
  policy_id      uuid not null references policies,
  project_no     integer not null,
  version        integer not null,
  effective_from timestamptz not null,
  active         boolean not null default false,
  -- Activated for a time that has not come; when it comes this one becomes the active one.
  scheduled      boolean not null default false,
  -- As sent, member by member: an object, or a string that is the YAML or JSON text.
  definition     json not null,
  hash           text not null,
  created_at     timestamptz not null,
  created_by     text not null,
  -- The version that decided when this one was activated, of whichever policy: what a rollback goes back to.
  previous_id    uuid,
  primary key (policy_id, version)
);
-- One version decides for a project, whatever races.
create unique index policy_versions_active on policy_versions (project_no) where active;
create index policy_versions_scheduled on policy_versions (effective_from) where scheduled;

-- Grows with every change of what decides anywhere; the poll of processes that no notice reaches.
create table policy_revision (
  only_row boolean primary key default true check (only_row),
  revision bigint not null
);
insert into policy_revision (revision) values (0);

create table decisions (
  created_at      timestamptz not null,
  decision_id     uuid primary key,
  project_no      integer not null,
  latency_us      integer not null,
  confidence      double precision not null,
  policy_id       uuid,
  policy_version  integer,
  id_form         smallint not null,
  trace_key       text collate "C" not null,
  trace_id        text,
  span_key        text collate "C" not null,
  idempotency_key text collate "C" not null,
  -- SHA-256 of the body that was decided on, members sorted.
  request_digest  bytea not null,
  action          text not null,
  reason_code     text not null,
  severity        text not null,
  message         text,
  policy_name     text not null,
  policy_hash     text not null,
  rule            text,
  judge           text,
  judge_model     text not null,
  rationale       text not null,
  -- Why the decision is not what it would be on a good day; empty on a good day.
  degraded        text[] not null,
  skipped         text[] not null,
  signals         jsonb not null,
  timings         jsonb not null,
  -- All that the rules read, so that it can be decided again; null once it was erased.
  evidence        jsonb
);
create unique index decisions_by_key on decisions (project_no, idempotency_key);
create index decisions_by_time on decisions (project_no, created_at desc, decision_id desc);
create index decisions_by_action on decisions (project_no, action, created_at desc, decision_id desc);
create index decisions_by_trace on decisions (project_no, trace_key, created_at desc);
-- An action that is rare is found without looking through all that were decided on.
create index traces_by_action on traces (project_no, upper(decision ->> 'action'), start_time desc, trace_no desc)
  where decision is not null;

create table judge_runs (
  created_at    timestamptz not null,
  started_at    timestamptz not null,
  judge_run_id  uuid primary key,
  decision_id   uuid not null references decisions on delete cascade,
  cost_nano     bigint,
  project_no    integer not null,
  latency_us    integer not null,
  input_tokens  integer,
  output_tokens integer,
  confidence    double precision,
  cached        boolean not null,
  span_key      text collate "C" not null,
  judge         text not null,
  provider      text not null,
  model         text not null,
  -- Null where it gave none: it scores, or it failed.
  action        text,
  reason_code   text,
  output        jsonb,
  -- What failed (timeout, http_500, bad_json, ...); null where nothing did.
  error         text
);
create index judge_runs_by_decision on judge_runs (decision_id);

-- What judges have cost on a UTC day, for budgets that all processes share.
create table judge_spending (
  day        date not null,
  project_no integer not null,
  judge      text not null,
  cost_nano  bigint not null,
  primary key (project_no, judge, day)
);
