-- Stores an entry unless what is there was loaded later in the same epoch. Of two epochs the newcomer wins, and so it does over
-- anything that is no entry.
-- KEYS[1]: the entry. ARGV: its bytes; its epoch, 16 bytes; its position; its time to live in milliseconds.
local there = redis.pcall('GETRANGE', KEYS[1], 0, 31) -- an error when it is not even a string
if type(there) == 'string' and #there == 32 and string.sub(there, 1, 5) == 'FrsE\1' and string.sub(there, 9, 24) == ARGV[2]
  and struct.unpack('>I8', string.sub(there, 25, 32)) > tonumber(ARGV[3]) then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[4])
return 1
