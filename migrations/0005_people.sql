-- Who signs in: people, what they may do in which project, where they are signed in, and what they keep to look at again.
create table people (
  person_id         uuid primary key,
  -- NFC, lower case, no spaces around: one address is one person.
  email             text not null unique,
  name              text not null,
  -- Argon2id; null until an invitation was taken.
  password_hash     text,
  is_admin          boolean not null default false,
  -- SHA-256 of the token in a link that sets the password once.
  invitation_digest bytea unique,
  invited_until     timestamptz,
  created_at        timestamptz not null,
  disabled_at       timestamptz
);

create table memberships (
  person_id  uuid not null references people,
  project_id uuid not null references projects (project_id),
  role       text not null check (role in ('admin', 'member', 'viewer')),
  primary key (person_id, project_id)
);

-- The token itself is with the browser alone.
create table sessions (
  digest       bytea primary key,
  session_id   uuid not null unique,
  person_id    uuid not null references people,
  created_at   timestamptz not null,
  expires_at   timestamptz not null,
  last_seen_at timestamptz not null,
  user_agent   text not null
);
create index sessions_by_person on sessions (person_id);
create index sessions_by_expiry on sessions (expires_at);

-- A question under a name: of one person, or of everybody in the project.
create table saved_views (
  view_id    uuid primary key,
  project_id uuid not null references projects (project_id),
  owner      uuid references people,
  name       text not null,
  query      text not null,
  created_at timestamptz not null
);
create index saved_views_by_project on saved_views (project_id, owner);

create index audit_by_time on audit (at desc, audit_id desc);
