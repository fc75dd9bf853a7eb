-- Reads an entry and how long it is kept yet, in one step.
-- KEYS[1]: the entry.
-- Returns: { ms left (-1: for good; 0: it is no entry), bytes }; nil when there is none.
local bytes = redis.pcall('GET', KEYS[1])
if not bytes then
  return false
end
if type(bytes) == 'table' then -- an error: it is not even a string
  return { 0, '' }
end
return { redis.call('PTTL', KEYS[1]), bytes }
