-- Removes lease rows that have not been renewed since: a row that was belongs to a node that lives (PROTOCOL 21).
--
-- ARGV from 2: node, renewal, node, renewal, ...
-- Returns: how many were removed.

local tags, refused = {}, nil

--#standing

local removed = 0
for i = 2, #ARGV, 2 do
  local row = redis.call('HGET', LOG, ARGV[i])
  if row and string.match(row, '^%d+') == ARGV[i + 1] then removed = removed + redis.call('HDEL', LOG, ARGV[i]) end
end
return removed
