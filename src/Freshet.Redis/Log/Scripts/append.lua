-- Appends records, in order and with none of others between. One whose id is known keeps its place and is not appended again.
--
-- ARGV: 2 '1' to tell each tag's last invalidation before, 3 the writer's node, 4 the channel to tell followers on; from 5 for each
--       record: id, record, how many invalidations; for each of those: tag, ms it may be served stale ('' expires).
--       The id of a hold is 'h', its own, and that of the record it announces; of what ends holds 'r', its own, and of each hold its
--       own and what it announced; of a record that its own action announced 'd' and its own.
-- Returns, in one text, which costs less than a table of as many: epoch, now, mature; each record's place (its position,
--          "position:ms" if it was appended before, '-' for a hold that came too late); if asked for, each invalidation's tag's last
--          invalidation before; all with spaces between. After that a line for each lease.

local MOST_BYTES_TOLD = 32768 -- the server keeps what it tells for each follower that is slow to take it

local wants_before = ARGV[2] == '1'
local tags, refused
do
  local at = 5
  while at < #ARGV do
    for tag = at + 3, at + 1 + 2 * ARGV[at + 2], 2 do
      -- An expiry overwrites what was there.
      if wants_before or ARGV[tag + 1] ~= '' then tags = tags or {} tags[#tags + 1] = ARGV[tag] end
    end
    at = at + 3 + 2 * ARGV[at + 2]
  end
end

--#standing

-- A mark is "expiredAt" or "expiredAt:position:deadline:position:deadline..." (PROTOCOL 14), positions and deadlines ascending.
-- A new stale mark drops earlier ones that last as long or longer. One whose deadline has passed is an expiry.
local function mark_stale(mark, position, deadline)
  local MOST_STALE = 16 -- as on the nodes
  local numbers = {}
  -- What was forgotten may have been invalidated as late as that.
  for number in string.gmatch(mark or forgotten(), '%d+') do numbers[#numbers + 1] = tonumber(number) end
  local expired_at, at, deadlines = numbers[1], {}, {}
  for i = 2, #numbers, 2 do
    if numbers[i + 1] <= now then
      expired_at = math.max(expired_at, numbers[i])
    elseif numbers[i + 1] < deadline then
      at[#at + 1], deadlines[#deadlines + 1] = numbers[i], numbers[i + 1]
    end
  end
  at[#at + 1], deadlines[#deadlines + 1] = position, deadline
  if #at > MOST_STALE then -- the two nearest deadlines become one, the earlier: stricter, never looser
    local nearest = 2
    for i = 3, #at do
      if deadlines[i] - deadlines[i - 1] < deadlines[nearest] - deadlines[nearest - 1] then nearest = i end
    end
    deadlines[nearest] = deadlines[nearest - 1]
    table.remove(at, nearest - 1)
    table.remove(deadlines, nearest - 1)
  end
  local parts = { text(expired_at) }
  for i = 1, #at do
    parts[#parts + 1] = text(at[i])
    parts[#parts + 1] = text(deadlines[i])
  end
  return table.concat(parts, ':')
end

local function is_known(id) return redis.call('HEXISTS', IDS.a, id) == 1 or redis.call('HEXISTS', IDS.b, id) == 1 end

-- Which holds stand, for nodes that begin at the head (R8): by what they announce, "hold position:ms record". A relay does not know
-- that what it appends was announced: whoever reads them leaves out those whose record is there, and so does this one now and then.
local function place_hold(id, announced, place, record)
  redis.call('HSET', HOLDS, announced, id .. ' ' .. place .. ' ' .. record)
  if redis.call('HLEN', HOLDS) % 32 ~= 0 then return end
  for _, each in ipairs(redis.call('HKEYS', HOLDS)) do
    if each ~= SENTINEL and is_known(each) then redis.call('HDEL', HOLDS, each) end
  end
end

-- A hold that is on its way yet must not stand once it comes, so its id is known from now on, at no place.
local function release(holds)
  for at = 1, #holds, 64 do
    local id, announced = string.sub(holds, at, at + 31), string.sub(holds, at + 32, at + 63)
    redis.call('HSETNX', IDS[log.ids], id, '')
    if string.sub(redis.call('HGET', HOLDS, announced) or '', 1, 32) == id then redis.call('HDEL', HOLDS, announced) end
  end
end

local reply, before, told, bytes = { log.epoch, moment, log.mature }, {}, {}, 0
local at = 5
while at < #ARGV do
  local id, last, position = ARGV[at], at + 1 + 2 * ARGV[at + 2], text(log.head + 1)
  local holds, rest = false, nil
  if #id > 32 then
    holds, id, rest = string.sub(id, 1, 1) == 'h', string.sub(id, 2, 33), string.sub(id, 34)
    if rest == '' then redis.call('HDEL', HOLDS, id) end
  end
  local place = redis.call('HGET', IDS[OTHER[log.ids]], id)
  if holds then
    place = place or redis.call('HGET', IDS[log.ids], id)
    if not place and is_known(rest) then place = '' end
  end
  local is_new = not place and redis.call('HSETNX', IDS[log.ids], id, position .. ':' .. moment) == 1
  place = is_new and position or place or redis.call('HGET', IDS[log.ids], id)
  reply[#reply + 1] = place == '' and '-' or place
  for tag_at = at + 3, last, 2 do
    local tag = ARGV[tag_at]
    if wants_before then
      local mark = mark_of(tag)
      before[#before + 1] = not mark and forgotten() or string.match(mark, ':(%d+):%d+$') or mark
    end
    if is_new then
      local mark = position
      if ARGV[tag_at + 1] ~= '' then mark = mark_stale(mark_of(tag), log.head + 1, now + ARGV[tag_at + 1]) end
      redis.call('HSET', MARKS[log.marks], tag, mark)
      if tags then marks[log.marks][tag] = mark end
    end
  end
  if is_new then
    local entry = position .. ' ' .. moment .. ' ' .. ARGV[at + 1]
    redis.call('RPUSH', RECORDS, entry)
    log.head, told[#told + 1], bytes = log.head + 1, entry, bytes + #entry
    if holds then place_hold(id, rest, position .. ':' .. moment, ARGV[at + 1]) elseif rest then release(rest) end -- of what was only announced there is no rest
  end
  at = last + 2
end
for i = 1, #before do reply[#reply + 1] = before[i] end

-- Last: were the script to fail before, there would be one record too many for the header, and the next exchange begins an epoch.
if #told > 0 then redis.call('HSET', LOG, 'head', text(log.head)) end

-- A writer that appended nothing new rings all the same: it waits for nodes that may have acknowledged to another (PROTOCOL 22).
local bell
if #told == 0 or bytes > MOST_BYTES_TOLD then
  bell = log.epoch .. ' 0 ' .. ARGV[3]
else
  bell = log.epoch .. ' ' .. #told .. ' ' .. ARGV[3] .. '\n' .. (#told == 1 and told[1] or table.concat(told, '\n'))
end
redis.call('PUBLISH', ARGV[4], bell)

return table.concat(reply, ' ') .. '\n' .. leases
