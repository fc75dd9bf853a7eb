-- Removes lease rows that have not been renewed since: a row that was belongs to a node that lives (PROTOCOL 21).
--
-- ARGV from 2: node, renewal, node, renewal, ...
-- Returns: how many were removed.

local tags, refused = {}, nil

--#standing

local dead = {}
for i = 2, #ARGV, 2 do dead[ARGV[i] .. ' ' .. ARGV[i + 1]] = true end
local kept, removed = {}, 0
for line in string.gmatch(leases, '[^\n]+') do
  if dead[string.match(line, '^%x+ %d+')] then removed = removed + 1 else kept[#kept + 1] = line end
end
if removed > 0 then redis.call('HSET', LOG, 'leases', table.concat(kept, '\n')) end
return removed
