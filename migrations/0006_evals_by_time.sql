-- The evaluations of a project, newest first, and those of some days.
create index evals_by_time on evals (project_no, created_at desc, eval_id desc);
