-- The record. No foreign keys: children come before parents, parents may never come.
-- Columns stand in the order of their alignment, widest first, since every span pays for padding.

-- The body of each request as it came, and the ledger of what became of its items.
create table log (
  log_id      uuid not null,
  received_at timestamptz not null,
  project_no  integer not null,
  raw_bytes   integer not null,
  received    integer not null,
  stored      integer not null,
  duplicate   integer not null,
  rejected    integer not null,
  protocol    smallint not null,
  encoding    smallint not null,
  revision    smallint not null default 0,
  body        bytea,
  primary key (log_id)
) partition by range (log_id);
alter table log alter body set storage external;
create index log_by_project on log (project_no, log_id);

create table traces (
  trace_no        bigint generated always as identity,
  start_time      timestamptz not null,
  end_time        timestamptz,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  root_start      timestamptz,
  input_tokens    bigint not null,
  output_tokens   bigint not null,
  cost_nano       bigint not null,
  version         bigint not null,
  project_no      integer not null,
  trace_day       date not null,
  total_spans     integer not null,
  ended_spans     integer not null,
  error_count     integer not null,
  costed_spans    integer not null,
  status          smallint not null,
  said_status     smallint,
  id_form         smallint not null,
  start_said      boolean not null,
  user_review_passed boolean,
  trace_key       text collate "C" not null,
  trace_id        text,
  root_key        text collate "C",
  external_id     text,
  name            text,
  model           text,
  environment     text,
  release         text,
  user_id         text,
  session_id      text,
  input_preview   text,
  output_preview  text,
  tags            text[],
  decision        jsonb,
  sources         bytea,
  winners         bytea,
  primary key (project_no, trace_key)
) with (fillfactor = 85);
create unique index traces_by_no on traces (trace_no);
create index traces_by_time on traces (project_no, start_time desc, trace_no desc);
create index traces_by_user on traces (project_no, user_id, start_time desc, trace_no desc) where user_id is not null;
create index traces_by_session on traces (project_no, session_id, start_time desc, trace_no desc) where session_id is not null;
create index traces_running on traces (project_no, start_time desc, trace_no desc) where status = 0;
create index traces_failed on traces (project_no, start_time desc, trace_no desc) where status = 2;
create index traces_decided on traces (project_no, start_time desc, trace_no desc) where decision is not null;

create table spans (
  start_time        timestamptz,
  end_time          timestamptz,
  cost_nano         bigint,
  trace_no          bigint not null,
  key_digest        bigint not null,
  project_no        integer not null,
  trace_day         date not null,
  input_tokens      integer,
  output_tokens     integer,
  cache_read_tokens integer,
  reasoning_tokens  integer,
  usage_children    integer not null,
  status            smallint,
  id_form           smallint not null,
  cost_source       smallint,
  span_key          text collate "C" not null,
  span_id           text,
  parent_key        text collate "C",
  name              text,
  span_type         text collate "C",
  model             text,
  provider          text,
  error             text,
  input_preview     text,
  output_preview    text,
  node              jsonb,
  sources           bytea not null,
  winners           bytea,
  primary key (project_no, trace_no, span_key, trace_day)
) partition by range (trace_day);
create index spans_by_time on spans (project_no, start_time desc);
-- Which span first said an idempotency key; the digest is only a hint, the log has the key.
create index spans_by_said_key on spans (trace_no, key_digest);
create index spans_by_span_key on spans using hash (span_key);
-- The children that make a span's own usage count no more: it is theirs already.
create index spans_with_usage_by_parent on spans (trace_no, parent_key)
  where input_tokens is not null or output_tokens is not null or cost_nano is not null or usage_children > 0;

create table span_events (
  at         timestamptz not null,
  trace_no   bigint not null,
  project_no integer not null,
  trace_day  date not null,
  ordinal    integer not null,
  type       smallint not null,
  log_id     uuid not null,
  event_key  text collate "C" not null,
  span_key   text collate "C",
  primary key (project_no, trace_no, event_key, trace_day)
) partition by range (trace_day);

create table evals (
  eval_id            uuid not null,
  trace_no           bigint not null,
  created_at         timestamptz not null,
  score              double precision not null,
  log_id             uuid not null,
  project_no         integer not null,
  ordinal            integer not null,
  passed             boolean not null,
  user_review_passed boolean,
  eval_key           text collate "C" not null,
  span_key           text collate "C",
  span_id            text,
  name               text not null,
  model              text not null,
  label              text,
  explanation        text,
  metadata           jsonb not null,
  primary key (project_no, trace_no, eval_key)
);

-- What the outside world is told; written in the transaction that makes it true.
create table outbox (
  outbox_id  bigint generated always as identity primary key,
  created_at timestamptz not null,
  project_no integer not null,
  event      text not null,
  payload    jsonb not null
);
