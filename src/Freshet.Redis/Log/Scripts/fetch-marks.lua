-- Reads tags' marks.
--
-- ARGV: the tags, from 7.
-- Returns: epoch, head, forgotten, now, { mark or '' }.

local marks = {}
for i = 7, #ARGV do marks[#marks + 1] = look_up(MARKS, log.marks, ARGV[i]) or '' end
return { log.epoch, log.head, log.forgotten, text(now), marks }
