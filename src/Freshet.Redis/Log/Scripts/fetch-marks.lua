-- Reads tags' marks.
--
-- ARGV: the tags, from 7.
-- Returns: epoch, head, forgotten, now, { mark or '' }.

local tags = {}
for i = 7, #ARGV do tags[#tags + 1] = ARGV[i] end

local refusal = stand(tags)
if refusal then return refusal end

local found = {}
for i, tag in ipairs(tags) do found[i] = mark_of(tag) or '' end
return { log.epoch, log.head, log.forgotten, text(now), found }
