-- Reads on from a node's position, and renews its lease.
--
-- ARGV: 7 the node's epoch ('' for none), 8 its position, 9 most records, 10 most bytes of records,
--       11 the node ('' to hold no lease), 12 its lease row, 13 the row's renewal, 14 '1' when the node has known its epoch for a
--       whole lease and margin.
-- Returns: epoch, head, oldest, now, mature, maxttl, { time, record, time, record, ... },
--          { "hold position:ms record" of each that stands, for a node that has to begin at the head }.

local CHUNK = 128 -- records taken from the stream at once, so that large ones do not pile up here

local refusal = stand({})
if refusal then return refusal end

-- Only records of the node's own epoch that follow its position without a gap; else it has to begin again at the head.
local records = {}
if ARGV[7] == log.epoch and tonumber(ARGV[8]) + 1 >= log.oldest then
  local position, left, bytes = tonumber(ARGV[8]), tonumber(ARGV[9]), 0
  while left > 0 and bytes < tonumber(ARGV[10]) and position < log.head do
    local chunk = redis.call('XRANGE', RECORDS, text(position + 1) .. '-0', '+', 'COUNT', math.min(left, CHUNK))
    if #chunk == 0 or chunk[1][1] ~= text(position + 1) .. '-0' or chunk[#chunk][1] ~= text(position + #chunk) .. '-0' then
      begin_epoch(redis.call('INFO', 'server')) -- as many records as there should be, but not these: somebody else wrote to the stream
      records = {}
      break
    end
    for _, entry in ipairs(chunk) do
      records[#records + 1] = entry[2][2]
      records[#records + 1] = entry[2][4]
      bytes = bytes + #entry[2][4]
    end
    position, left = position + #chunk, left - #chunk
  end
end

-- Once some node has known the epoch for a whole lease and margin, no lease of an earlier one is alive (PROTOCOL 18).
if ARGV[14] == '1' and log.mature ~= '1' and ARGV[7] == log.epoch then
  log.mature = '1'
  redis.call('HSET', LOG, 'mature', 1)
end

-- Not over a later renewal: a request that was held up would bring back what the node declared before, perhaps fewer kinds of tags,
-- and a writer would not wait for it.
if ARGV[11] ~= '' then
  local row = redis.call('HGET', LEASES, ARGV[11])
  -- What the node has applied of another epoch's log it has not applied of this one's: no writer may take it for that.
  local own = ARGV[7] == log.epoch and ARGV[12] or string.gsub(ARGV[12], '^(%d+) %d+', '%1 0')
  if not row or tonumber(string.match(row, '^%d+')) <= tonumber(ARGV[13]) then redis.call('HSET', LEASES, ARGV[11], own) end
end

-- A node that cannot read on learns here what stands. What was announced is not there yet, or the hold would be resolved.
local holds = {}
if ARGV[7] ~= log.epoch or tonumber(ARGV[8]) + 1 < log.oldest then
  local fields = redis.call('HGETALL', HOLDS)
  local is_whole = false
  for i = 1, #fields, 2 do is_whole = is_whole or fields[i] == SENTINEL and fields[i + 1] == log.epoch end
  if not is_whole then -- evicted, or deleted: nobody knows what stood
    begin_epoch(redis.call('INFO', 'server'))
    fields = {}
  end
  for i = 1, #fields, 2 do
    local announced = fields[i]
    if announced ~= SENTINEL and redis.call('HEXISTS', IDS.a, announced) == 0 and redis.call('HEXISTS', IDS.b, announced) == 0 then
      holds[#holds + 1] = fields[i + 1]
    end
  end
end

return { log.epoch, log.head, log.oldest, text(now), log.mature, text(log.maxttl), records, holds }
