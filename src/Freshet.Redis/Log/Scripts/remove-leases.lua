-- Removes lease rows that have not been renewed since: a row that was belongs to a node that lives (PROTOCOL 21).
--
-- ARGV from 7: node, renewal, node, renewal, ...
-- Returns: how many were removed.

local removed = 0
for i = 7, #ARGV, 2 do
  local row = redis.call('HGET', LEASES, ARGV[i])
  if row and string.match(row, '^%d+') == ARGV[i + 1] then removed = removed + redis.call('HDEL', LEASES, ARGV[i]) end
end
return removed
