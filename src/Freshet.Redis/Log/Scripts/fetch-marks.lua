-- Reads tags' marks.
--
-- ARGV: the tags, from 2.
-- Returns: epoch, head, forgotten, now, { mark or '' }.

local tags, refused = {}, nil
for i = 2, #ARGV do tags[#tags + 1] = ARGV[i] end

--#standing

local found = {}
for i, tag in ipairs(tags) do found[i] = mark_of(tag) or '' end
return { log.epoch, log.head, forgotten(), now, found }
