-- Who is told of events, and what became of each telling.

create table subscriptions (
  subscription_id  uuid primary key,
  -- Null for the one that WEBHOOK_URL makes, which hears of all projects.
  project_no       integer references projects,
  created_at       timestamptz not null,
  created_by       text not null,
  updated_at       timestamptz not null,
  description      text not null,
  format           text not null,
  events           text[] not null,
  min_severity     text,
  -- Without what could be a secret in it; the URL as a whole is sealed, as the secrets are.
  url_shown        text not null,
  url_sealed       bytea not null,
  secret_sealed    bytea not null,
  -- After a rotation the secret before signs too, for a time.
  old_secret_sealed bytea,
  old_secret_until timestamptz,
  -- Since when nothing has succeeded; null while the last attempt did.
  failing_since    timestamptz,
  disabled_at      timestamptz,
  disabled_reason  text
);
create index subscriptions_by_project on subscriptions (project_no, created_at desc);

create table deliveries (
  -- The webhook-id, the same at every attempt.
  delivery_id     uuid primary key,
  subscription_id uuid not null references subscriptions on delete cascade,
  project_no      integer not null,
  -- When it happened; when the row was made follows from the id.
  occurred_at     timestamptz not null,
  event           text not null,
  -- The members in the order of the event's schema, which is how they are sent.
  payload         json not null,
  state           text not null,
  -- When it is to be tried; who claims it moves that on, so that another process tries when the claimer has died.
  due_at          timestamptz not null,
  finished_at     timestamptz,
  -- From here the schedule is counted.
  first_try_at    timestamptz,
  -- All attempts, and those since it was last put on the schedule.
  attempts        smallint not null default 0,
  tries           smallint not null default 0
);
create index deliveries_due on deliveries (subscription_id, due_at, delivery_id) where state = 'pending';
create index deliveries_by_project on deliveries (project_no, delivery_id desc);
create index deliveries_by_subscription on deliveries (subscription_id, delivery_id desc);
create index deliveries_dead on deliveries (subscription_id, delivery_id) where state = 'dead';
create index deliveries_finished on deliveries (finished_at) where finished_at is not null;

create table delivery_attempts (
  delivery_id uuid not null references deliveries on delete cascade,
  attempt     smallint not null,
  started_at  timestamptz not null,
  latency_ms  integer not null,
  -- The HTTP status; null where no answer came, and then the error says why.
  status      smallint,
  error       text,
  primary key (delivery_id, attempt)
);

create table alerts (
  alert_id       uuid primary key,
  project_no     integer not null references projects,
  created_at     timestamptz not null,
  created_by     text not null,
  name           text not null,
  severity       text not null,
  metric         text not null,
  comparison     text not null,
  threshold      double precision not null,
  filter         jsonb not null,
  window_minutes integer not null,
  for_minutes    integer not null,
  no_data        text not null,
  enabled        boolean not null,
  -- ok, pending (too much, but not for long enough) or firing, and since when.
  state          text not null,
  since          timestamptz not null,
  value          double precision,
  checked_at     timestamptz not null
);
create index alerts_by_project on alerts (project_no, created_at desc);
create index alerts_due on alerts (checked_at) where enabled;
