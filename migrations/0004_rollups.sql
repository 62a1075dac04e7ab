-- Figures of whole hours, so that a dashboard does not count every trace again.

-- Hours in which something changed. Append-only and without a unique key: no writer waits for another, or for the job
-- that takes the marks away in the transaction that counts their hour anew. An hour without a mark is exact.
create table rollup_marks (
  hour       timestamptz not null,
  project_no integer not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
create index rollup_marks_by_hour on rollup_marks (project_no, hour);

-- The traces that started in an hour (UTC); no row is no trace. `statuses` has a count for each status code, `models`
-- lists [model, spans, errors, input tokens, output tokens, cost_nano], `latency` is a sketch of the ended traces.
create table rollups (
  hour          timestamptz not null,
  input_tokens  bigint not null,
  output_tokens bigint not null,
  cost_nano     bigint not null,
  costed        bigint not null,
  project_no    integer not null,
  statuses      integer[] not null,
  latency       bytea not null,
  decisions     jsonb not null,
  environments  jsonb not null,
  span_types    jsonb not null,
  models        jsonb not null,
  primary key (project_no, hour)
);

insert into rollup_marks (project_no, hour)
select distinct project_no, date_trunc('hour', start_time, 'UTC') from traces;
