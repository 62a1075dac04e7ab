-- How many requests a project takes with its keys; null is no limit.
alter table project_settings add column limits jsonb;
