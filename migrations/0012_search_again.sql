-- Segments are written in a shorter form, which finds less that is not there: all bodies are indexed again. Until that is
-- done they are searched as they are.
delete from search_segments;
delete from search_queue;
insert into search_queue (log_id, project_no) select log_id, project_no from log where body is not null;
