-- Search over the texts of all spans: an index beside the record, made from the log and by nobody waited for.

-- Bodies that the index does not know as they are: new ones, and with `again` such as are in it and have changed since.
-- Written with the body, taken away with the segment that has it: whoever reads both misses none.
create table search_queue (
  log_id     uuid not null,
  project_no integer not null,
  again      boolean not null default false
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
create index search_queue_by_project on search_queue (project_no, log_id);

-- Immutable; small ones are merged into larger ones, all of one day (UTC). The bytes are read in slices.
create table search_segments (
  segment_id uuid primary key,
  first_log  uuid not null,
  last_log   uuid not null,
  project_no integer not null,
  -- How many units it has, and how many bytes its blocks.
  units      integer not null,
  bytes      integer not null,
  unit_table bytea not null,
  sparse     bytea not null,
  blocks     bytea not null
);
alter table search_segments alter unit_table set storage external;
alter table search_segments alter sparse set storage external;
alter table search_segments alter blocks set storage external;
create index search_segments_by_project on search_segments (project_no, last_log desc);

insert into search_queue (log_id, project_no) select log_id, project_no from log where body is not null;
