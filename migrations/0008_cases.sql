-- Cases: what people must look at, and all that they did about it. They outlive the traces that opened them.

create table cases (
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  last_seen_at    timestamptz not null,
  -- When its clocks began: when it was opened, or opened again.
  opened_at       timestamptz not null,
  ack_due_at      timestamptz not null,
  resolve_due_at  timestamptz not null,
  acknowledged_at timestamptz,
  resolved_at     timestamptz,
  -- When a missed clock was announced; each clock once, until the case is reopened.
  ack_breached_at     timestamptz,
  resolve_breached_at timestamptz,
  case_id         uuid primary key,
  decision_id     uuid not null,
  policy_id       uuid,
  occurrences     bigint not null,
  suppressed      bigint not null default 0,
  version         integer not null,
  project_no      integer not null references projects,
  -- What the clocks of the case were set to, for when they start anew.
  ack_seconds     integer not null,
  resolve_seconds integer not null,
  severity        smallint not null,
  id_form         smallint not null,
  regression      boolean not null default false,
  -- Takes repeats in; no longer once one came after the window had closed.
  gathers         boolean not null default true,
  status          text not null check (status in ('open', 'acknowledged', 'resolved')),
  outcome         text check (outcome in ('true_positive', 'false_positive', 'policy_gap', 'duplicate', 'wont_fix')),
  assignee        text,
  trace_key       text collate "C" not null,
  trace_id        text,
  reason_code     text not null,
  rule            text,
  policy_name     text not null,
  fingerprint     text collate "C" not null,
  -- What the rule groups by, and the values of this case.
  grouping        jsonb not null,
  -- The clock that runs for people, and the next one that has to be announced as missed.
  due_at timestamptz generated always as (
    case status when 'open' then ack_due_at when 'acknowledged' then resolve_due_at end) stored,
  ticks_at timestamptz generated always as (
    case when status = 'resolved' then null
      when status = 'open' and ack_breached_at is null then ack_due_at
      when resolve_breached_at is null then resolve_due_at end) stored,
  check (outcome is null or status = 'resolved'),
  check ((status = 'resolved') = (resolved_at is not null)),
  check (status <> 'acknowledged' or acknowledged_at is not null),
  check (status <> 'open' or acknowledged_at is null)
);
-- One case for each fingerprint takes repeats in, whatever races.
create unique index cases_gathering on cases (project_no, fingerprint) where status <> 'resolved' and gathers;
create index cases_by_fingerprint on cases (project_no, fingerprint, resolved_at desc) where status = 'resolved';
create index cases_by_time on cases (project_no, created_at desc, case_id desc);
create index cases_by_urgency on cases (project_no, severity desc, due_at, case_id) where status <> 'resolved';
create index cases_by_status on cases (project_no, status, created_at desc, case_id desc);
create index cases_ticking on cases (ticks_at) where ticks_at is not null;

-- The decisions that fell into a case.
create table case_traces (
  at          timestamptz not null,
  decision_id uuid primary key,
  case_id     uuid not null references cases,
  project_no  integer not null,
  id_form     smallint not null,
  trace_key   text collate "C" not null,
  trace_id    text
);
create index case_traces_by_case on case_traces (case_id, at desc, decision_id desc);
create index case_traces_by_trace on case_traces (project_no, trace_key);

-- What happened to each case, by whom; rows are added and never changed.
create table case_history (
  at          timestamptz not null,
  history_id  uuid primary key,
  case_id     uuid not null references cases,
  project_no  integer not null,
  actor       text not null,
  event       text not null,
  from_status text,
  to_status   text not null,
  comment     text,
  detail      jsonb not null
);
create index case_history_by_case on case_history (case_id, at desc, history_id desc);
create index case_history_by_event on case_history (project_no, event, at);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is only ever added to', tg_table_name;
end $$;
create trigger case_history_is_added_to before update on case_history
  for each row execute function refuse_change();

-- How soon the cases of a project must be handled, and what belongs into one; no row is the hub's default.
create table case_settings (
  project_no integer primary key references projects,
  settings   jsonb not null,
  updated_at timestamptz not null
);
