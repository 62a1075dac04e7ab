-- The upkeep of the record: what projects set, what expires, what is erased, and where long jobs stand.

-- What an administrator sets for a project; no row, or null, is the hub's default.
create table project_settings (
  project_no     integer primary key references projects,
  retention_days integer,
  masking        jsonb,
  updated_at     timestamptz not null
);

-- Where a job that walks the record stands, so that a run that was killed continues there.
create table upkeep_cursors (
  job        text primary key,
  started_at timestamptz not null,
  walked     bigint not null,
  changed    bigint not null,
  place      jsonb not null
);

-- Traces that retention has deleted, for as long as a body in the log still names them.
create table expired_traces (
  last_day   date not null,
  project_no integer not null,
  trace_key  text collate "C" not null,
  user_id    text,
  eval_logs  uuid[] not null,
  primary key (project_no, trace_key)
);

-- Erasures under way; both tables are empty when none is. The rows of a trace go first, then its words in the log.
create table erasures (
  erasure_id uuid primary key,
  asked_at   timestamptz not null,
  project_no integer not null,
  bodies     integer not null default 0,
  unreadable integer not null default 0,
  actor      text not null,
  action     text not null,
  subject    text not null,
  scanned    uuid,
  log_days   date[] not null default '{}'
);
create table erasure_traces (
  erasure_id uuid not null references erasures on delete cascade,
  spans      integer,
  trace_day  date,
  rows_gone  boolean not null default false,
  trace_key  text collate "C" not null,
  eval_logs  uuid[] not null default '{}',
  primary key (erasure_id, trace_key)
);

-- Items of a body that were stored and then erased: stored = what is there + what expired + erased.
alter table log add column erased integer not null default 0;

-- Traces of a day, for retention and for the jobs that walk the record day by day.
create index traces_by_day on traces (project_no, trace_day, trace_no);
