-- Projects, their keys, and who did what to them. Projects have a small integer inside: it is in every row of the record.
create table projects (
  project_no    integer generated always as identity primary key,
  project_id    uuid not null unique,
  name          text not null,
  is_active     boolean not null default true,
  key_activated boolean not null default false,
  is_default    boolean not null default false,
  created_at    timestamptz not null
);
create unique index projects_default on projects (is_default) where is_default;

create table api_keys (
  key_id       uuid primary key,
  project_no   integer not null references projects,
  name         text not null,
  scope        text not null,
  is_main      boolean not null,
  digest       bytea not null unique,
  masked       text not null,
  sealed       bytea,
  created_at   timestamptz not null,
  expires_at   timestamptz,
  last_used_at timestamptz,
  revoked_at   timestamptz
);
create index api_keys_by_project on api_keys (project_no);
-- Exactly one main key that has not been rotated away.
create unique index api_keys_main on api_keys (project_no) where is_main;

create table audit (
  audit_id   uuid primary key,
  at         timestamptz not null,
  actor      text not null,
  action     text not null,
  project_no integer,
  subject    text,
  detail     jsonb not null default '{}'
);
create index audit_by_project on audit (project_no, at desc);
