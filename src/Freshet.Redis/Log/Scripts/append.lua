-- Appends records, in order and with none of others between. One whose id is known keeps its place and is not appended again.
--
-- ARGV: 7 the writer's node, 8 the channel to tell followers on, 9 records to keep, 10 most bytes of records to tell,
--       11 how many records; for each: id, record, how many invalidations; for each of those: tag, ms it may be served stale ('' expires).
--       The id of a hold is 'h', its own, and that of the record it announces; of what ends holds 'r', its own, and of each hold its
--       own and what it announced; of a record that its own action announced 'd' and its own.
-- Returns: epoch, now, mature, { "position:ms" of each record, '' for a hold that came too late }, { each invalidation's tag's last
--       invalidation before }, lease rows.

local MOST_STALE = 16 -- as on the nodes

-- A mark is "expiredAt" or "expiredAt:position:deadline:position:deadline..." (PROTOCOL 14), positions and deadlines ascending.
local function last_of(mark)
  if not mark then return log.forgotten end -- what was forgotten may have been invalidated as late as that
  return tonumber(string.match(mark, ':(%d+):%d+$') or mark)
end

-- A new stale mark drops earlier ones that last as long or longer. One whose deadline has passed is an expiry.
local function mark_stale(mark, position, deadline)
  local numbers = {}
  for number in string.gmatch(mark or text(log.forgotten), '%d+') do numbers[#numbers + 1] = tonumber(number) end
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

-- Where each record's arguments begin, and every tag.
local begins, tags, argument = {}, {}, 12
for i = 1, tonumber(ARGV[11]) do
  begins[i] = argument
  for at = argument + 3, argument + 1 + 2 * tonumber(ARGV[argument + 2]), 2 do tags[#tags + 1] = ARGV[at] end
  argument = argument + 3 + 2 * tonumber(ARGV[argument + 2])
end

local refusal = stand(tags, true)
if refusal then return refusal end

local first, moment = log.head + 1, text(now)
local places, before, told, bytes = {}, {}, {}, 0
for i, begin in ipairs(begins) do
  local id, record, invalidations, rest = ARGV[begin], ARGV[begin + 1], tonumber(ARGV[begin + 2]), nil
  if #id > 32 then id, rest = string.sub(id, 2, 33), string.sub(id, 34) end
  local holds = rest and string.sub(ARGV[begin], 1, 1) == 'h'
  if rest == '' then redis.call('HDEL', HOLDS, id) end
  local place = redis.call('HGET', IDS[log.ids], id) or redis.call('HGET', IDS[other(log.ids)], id)
  if not place and holds and is_known(rest) then place = '' end
  local is_new = not place
  if is_new then
    log.head = log.head + 1
    place = text(log.head) .. ':' .. moment
  end
  for at = begin + 3, begin + 1 + 2 * invalidations, 2 do
    local tag, stale_for = ARGV[at], ARGV[at + 1]
    local mark = mark_of(tag)
    before[#before + 1] = last_of(mark)
    if is_new then
      mark = stale_for == '' and text(log.head) or mark_stale(mark, log.head, now + tonumber(stale_for))
      redis.call('HSET', MARKS[log.marks], tag, mark)
      marks[log.marks][tag] = mark
    end
  end
  if is_new then
    redis.call('HSET', IDS[log.ids], id, place)
    redis.call('XADD', RECORDS, text(log.head) .. '-0', 't', moment, 'r', record)
    told[#told + 1] = record
    bytes = bytes + #record
    if holds then place_hold(id, rest, place, record) elseif rest then release(rest) end -- of what was only announced there is no rest
  end
  places[i] = place
end

-- Trimmed a hundredth at a time, to the exact length, so that the oldest position is known without asking.
local retention = tonumber(ARGV[9])
if log.head - log.oldest + 1 > retention + math.floor(retention / 100) then
  redis.call('XTRIM', RECORDS, 'MAXLEN', text(retention))
  log.oldest = log.head - retention + 1
end
-- Last: were the script to fail before, the records would be one too many for the header, and the next script would begin an epoch.
if #told > 0 then redis.call('HSET', LOG, 'head', text(log.head), 'oldest', text(log.oldest)) end

-- A writer that appended nothing new rings all the same: it waits for nodes that may have acknowledged to another (PROTOCOL 22).
local bell = table.concat({ log.epoch, text(#told > 0 and first or log.head), text(#told), moment, ARGV[7] }, ' ')
if #told > 0 and bytes <= tonumber(ARGV[10]) then bell = bell .. '\n' .. table.concat(told, '\n') end
redis.call('PUBLISH', ARGV[8], bell)

return { log.epoch, moment, log.mature, places, before, leases }
