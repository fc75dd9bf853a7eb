-- Reads on from a node's position, and renews its lease. Looks after what must not grow for ever (R5).
--
-- ARGV: 2 epochs that the node has left, 3 its MaxTimeToLive in ms, 4 margin in ms, 5 how long ids of records are remembered in ms,
--       6 records to keep; 7 the node's epoch ('' for none), 8 its position, 9 most records, 10 most bytes of records,
--       11 the node ('' to hold no lease), 12 its lease row, 13 the row's renewal, 14 '1' when the node has known its epoch for a
--       whole lease and margin.
-- Returns: epoch, head, oldest, now, mature, maxttl, { { "position ms record", ... }, ... },
--          { "hold position:ms record" of each that stands, for a node that has to begin at the head }.

local CHUNK = 128 -- records taken at once, so that large ones do not pile up here

local tags, refused = {}, ARGV[2] ~= '' and ARGV[2]

--#standing

local longest, oldest, forgot, sealed, rotated, ids_rotated
local function take_upkeep()
  longest, oldest, forgot, sealed, rotated, ids_rotated = string.match(log.upkeep, '^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+)$')
  longest = tonumber(longest) -- the largest MaxTimeToLive of any version that runs (PROTOCOL 13)
  oldest = tonumber(oldest)   -- position of the oldest record kept; head + 1 when none is
  rotated = tonumber(rotated) -- when the current marks became current; 'sealed' is the head of that moment, 'forgot' the one before
  ids_rotated = tonumber(ids_rotated)
end
take_upkeep()
if redis.call('LLEN', RECORDS) ~= log.head - oldest + 1 then
  begin_epoch()
  take_upkeep()
end

-- Marks and ids lie in two parts each. When the current one is old enough, the previous one is forgotten whole and the current one
-- becomes the previous: so nothing is kept longer than twice its time, and nothing needs an expiry of its own.
local is_longest = tonumber(ARGV[3]) > longest
longest = math.max(longest, tonumber(ARGV[3]))
rotated, ids_rotated = math.min(now, rotated), math.min(now, ids_rotated) -- later ones: the clock was set back, nothing would be forgotten for long
local rotates_marks, rotates_ids = now - rotated > longest + ARGV[4], now - ids_rotated > tonumber(ARGV[5])
local trims = log.head - oldest + 1 > tonumber(ARGV[6])
local kept = trims and log.head - ARGV[6] + 1 or oldest
local upkeep = text(longest) .. ' ' .. text(kept) .. ' ' .. (rotates_marks and sealed .. ' ' .. text(log.head) or forgot .. ' ' .. sealed)
  .. ' ' .. text(rotates_marks and now or rotated) .. ' ' .. text(rotates_ids and now or ids_rotated)
if upkeep ~= log.upkeep then
  -- A full server takes no write: then all of it waits, and reading goes on. But nobody may keep values for longer than the log knows.
  local write = is_longest and redis.call or redis.pcall
  local marks_now, ids_now = rotates_marks and OTHER[log.marks] or log.marks, rotates_ids and OTHER[log.ids] or log.ids
  local state_now = state_of({ epoch = log.epoch, run = log.run, marks = marks_now, ids = ids_now, mature = log.mature, upkeep = upkeep })
  if type(write('HSET', LOG, 'state', state_now)) == 'number' then
    log.upkeep, oldest, log.marks, log.ids = upkeep, kept, marks_now, ids_now
    if rotates_marks then
      redis.call('UNLINK', MARKS[log.marks])
      redis.call('HSET', MARKS[log.marks], SENTINEL, log.epoch)
    end
    if rotates_ids then redis.call('UNLINK', IDS[log.ids]) end
    if trims then redis.call('LTRIM', RECORDS, '-' .. ARGV[6], -1) end
  end
end

-- Only records of the node's own epoch that follow its position without a gap; else it has to begin again at the head.
local records = {}
if ARGV[7] == log.epoch and tonumber(ARGV[8]) + 1 >= oldest then
  local position, left, bytes = tonumber(ARGV[8]), tonumber(ARGV[9]), 0
  while left > 0 and bytes < tonumber(ARGV[10]) and position < log.head do
    local from = position + 1 - oldest
    local chunk = redis.call('LRANGE', RECORDS, from, from + math.min(left, CHUNK) - 1)
    if string.match(chunk[1] or '', '^%d+') ~= text(position + 1) or string.match(chunk[#chunk], '^%d+') ~= text(position + #chunk) then
      begin_epoch() -- as many records as there should be, but not these: somebody else wrote there
      take_upkeep()
      records = {}
      break
    end
    for i = 1, #chunk do bytes = bytes + #chunk[i] end
    records[#records + 1], position, left = chunk, position + #chunk, left - #chunk
  end
end

-- A node that cannot read on learns here what stands. What was announced is not there yet, or the hold would be resolved.
local holds = {}
if ARGV[7] ~= log.epoch or tonumber(ARGV[8]) + 1 < oldest then
  local fields = redis.call('HGETALL', HOLDS)
  local is_there = false
  for i = 1, #fields, 2 do is_there = is_there or fields[i] == SENTINEL and fields[i + 1] == log.epoch end
  if not is_there then -- evicted, or deleted: nobody knows what stood
    begin_epoch()
    take_upkeep()
    fields, records = {}, {}
  end
  for i = 1, #fields, 2 do
    local announced = fields[i]
    if announced ~= SENTINEL and redis.call('HEXISTS', IDS.a, announced) == 0 and redis.call('HEXISTS', IDS.b, announced) == 0 then
      holds[#holds + 1] = fields[i + 1]
    end
  end
end

-- Once some node has known the epoch for a whole lease and margin, no lease of an earlier one is alive (PROTOCOL 18).
if ARGV[14] == '1' and log.mature ~= '1' and ARGV[7] == log.epoch then
  log.mature = '1'
  redis.call('HSET', LOG, 'state', state_of(log))
end

-- Not over a later renewal: a request that was held up would bring back what the node declared before, perhaps fewer kinds of tags,
-- and a writer would not wait for it.
if ARGV[11] ~= '' then
  local lines, renewed = {}, nil
  for line in string.gmatch(leases, '[^\n]+') do
    if string.sub(line, 1, 32) == ARGV[11] then renewed = tonumber(string.match(line, '^%x+ (%d+)')) else lines[#lines + 1] = line end
  end
  -- What the node has applied of another epoch's log it has not applied of this one's: no writer may take it for that.
  local own = ARGV[7] == log.epoch and ARGV[12] or string.gsub(ARGV[12], '^(%d+) %d+', '%1 0')
  if not renewed or renewed <= tonumber(ARGV[13]) then
    lines[#lines + 1] = ARGV[11] .. ' ' .. own
    redis.call('HSET', LOG, 'leases', table.concat(lines, '\n'))
  end
end

return { log.epoch, log.head, oldest, now, log.mature, longest, records, holds }
