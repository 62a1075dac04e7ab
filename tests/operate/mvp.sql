-- The tables of the MVP after its four migrations.
create table projects (id uuid primary key, name varchar(255) not null, api_key_hash varchar(255) not null unique,
  current_api_key varchar(255), is_active boolean not null default true, key_activated boolean not null default false,
  created_at timestamptz);
create table traces (id uuid primary key, project_id uuid not null references projects, external_trace_id varchar(255),
  status varchar(32) not null, start_time timestamptz not null, end_time timestamptz, attributes jsonb, model varchar(128),
  environment varchar(64), user_id varchar(128), session_id varchar(128), input_text text, output_text text,
  has_open_spans boolean not null, total_spans integer not null, ended_spans integer not null,
  completion_rate double precision not null, decision jsonb, user_review_passed boolean, created_at timestamptz);
create index on traces (project_id, start_time);
create table spans (id uuid primary key, project_id uuid not null references projects, trace_id uuid not null references traces,
  parent_span_id uuid references spans, name varchar(255) not null, span_type varchar(64) not null,
  status varchar(32) not null, start_time timestamptz not null, end_time timestamptz, error text, attributes jsonb,
  idempotency_key varchar(255) not null, created_at timestamptz, unique (project_id, idempotency_key));
create index on spans (trace_id, parent_span_id);
create table span_events (id uuid primary key, project_id uuid not null references projects,
  trace_id uuid not null references traces, span_id uuid references spans, event_type varchar(64) not null,
  event_time timestamptz not null, payload jsonb, idempotency_key varchar(255) not null, created_at timestamptz,
  unique (project_id, idempotency_key));
create table evaluations (id uuid primary key, project_id uuid not null references projects, trace_id uuid references traces,
  span_id uuid references spans, eval_name varchar(128) not null, eval_model varchar(128) not null,
  score double precision not null, passed boolean not null, metadata jsonb, user_review_passed boolean,
  idempotency_key varchar(255) not null, created_at timestamptz, unique (project_id, idempotency_key));
create table policies (id uuid primary key, project_id uuid not null references projects, name varchar(255) not null,
  description text, created_at timestamptz);
create table policy_versions (id uuid primary key, policy_id uuid not null references policies, version integer not null,
  effective_from timestamptz not null, active boolean not null, definition jsonb not null, created_at timestamptz,
  unique (policy_id, version));
create table trace_decisions (id uuid primary key, project_id uuid references projects, trace_id uuid references traces,
  action varchar(32) not null, reason_code varchar(128) not null, severity varchar(32) not null,
  confidence double precision not null, policy_version varchar(64) not null, judge_model varchar(128), signals jsonb,
  rationale text, idempotency_key varchar(255) not null, created_at timestamptz, unique (project_id, idempotency_key));
create table judge_runs (id uuid primary key, project_id uuid references projects, trace_id uuid not null references traces,
  span_id uuid references spans, provider varchar(64), model varchar(128), action varchar(32), reason_code varchar(128),
  confidence double precision, output jsonb, created_at timestamptz);
create table judge_cache (id uuid primary key, project_id uuid references projects, input_hash varchar(128),
  policy_version varchar(64), decision jsonb not null, created_at timestamptz);
create table cases (id uuid primary key, project_id uuid references projects, trace_id uuid not null references traces,
  reason_code varchar(128) not null, status varchar(32) not null, assignee varchar(128), acknowledged_at timestamptz,
  resolved_at timestamptz, created_at timestamptz);
create table notifications (id uuid primary key, project_id uuid references projects, case_id uuid not null references cases,
  channel varchar(32), target_url varchar(1024), status varchar(32), payload jsonb, response_snippet text,
  created_at timestamptz);
