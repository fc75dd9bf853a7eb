-- What every script begins with: the log as it stands, under a fresh epoch if it may have lost a record.
--
-- KEYS, all in one slot: 1 log (the header), 2 records, 3 and 4 marks a and b, 5 and 6 ids a and b, 7 leases, 8 holds.
-- ARGV: 1 format, 2 a fresh epoch to take if one is needed, 3 this node's MaxTimeToLive in ms, 4 margin in ms,
--       5 how long ids of records are remembered in ms, 6 epochs that the caller has left. The script's own follow from 7.

local LOG, RECORDS, LEASES, HOLDS = KEYS[1], KEYS[2], KEYS[7], KEYS[8]
local MARKS = { a = KEYS[3], b = KEYS[4] }
local IDS = { a = KEYS[5], b = KEYS[6] }
local SENTINEL = 'epoch' -- no tag (they have a colon) and no node (32 hex digits) is written like this

local now, log
local marks = { a = {}, b = {} } -- those that the script asked for
local leases                     -- all rows, where the script asked for them

-- Whole numbers as text: Lua's own form turns long ones into 1e+15.
local function text(number) return string.format('%.0f', number) end

local function other(letter) return letter == 'a' and 'b' or 'a' end

-- Reads some tags' marks of one part, and the part's sentinel with them.
local function read_marks(letter, tags)
  local sentinel
  for from = 1, math.max(#tags, 1), 1000 do -- as many at once as Lua can pass
    local fields = { SENTINEL }
    for i = from, math.min(from + 999, #tags) do fields[#fields + 1] = tags[i] end
    local values = redis.call('HMGET', MARKS[letter], unpack(fields))
    sentinel = values[1]
    for i = 2, #fields do marks[letter][fields[i]] = values[i] or nil end
  end
  return sentinel
end

local function read_leases()
  leases = redis.call('HGETALL', LEASES)
  for i = 1, #leases, 2 do
    if leases[i] == SENTINEL then return leases[i + 1] end
  end
end

-- Whether nothing is missing. Marks and leases hold the epoch, so that a part that was evicted, deleted or put back from elsewhere
-- shows (PROTOCOL 19): without its marks a log would call outdated values fresh, without its leases it would wait for nobody. Ids
-- need none: without them a record may be appended once more, which invalidates its tags once more.
local function is_whole(run, tags, wants_leases)
  if not log.epoch or not string.find(run, 'run_id:' .. log.run, 1, true) then return false end
  if string.find(ARGV[6], log.epoch, 1, true) then return false end
  if redis.call('XLEN', RECORDS) ~= log.head - log.oldest + 1 then return false end
  if read_marks('a', tags) ~= log.epoch or read_marks('b', tags) ~= log.epoch then return false end
  return (wants_leases and read_leases() or not wants_leases and redis.call('HGET', LEASES, SENTINEL)) == log.epoch
end

local function begin_epoch(run)
  redis.call('UNLINK', RECORDS, MARKS.a, MARKS.b, IDS.a, IDS.b, LEASES, HOLDS)
  log.epoch, log.run, log.head, log.oldest, log.mature = ARGV[2], string.match(run, 'run_id:(%x+)'), 0, 1, '0'
  log.forgotten, log.rotated, log.marks, log.sealed, log.ids, log.idsrotated = 0, now, 'a', 0, 'a', now
  for _, part in ipairs({ MARKS.a, MARKS.b, LEASES, HOLDS }) do redis.call('HSET', part, SENTINEL, log.epoch) end
  redis.call('HSET', LOG, 'format', ARGV[1], 'epoch', log.epoch, 'run', log.run, 'head', 0, 'oldest', 1, 'mature', 0,
    'maxttl', text(log.maxttl), 'forgotten', 0, 'rotated', text(now), 'marks', 'a', 'sealed', 0, 'ids', 'a', 'idsrotated', text(now))
  marks, leases = { a = {}, b = {} }, {}
end

-- Marks and ids lie in two parts each. When the current one is old enough, the previous one is forgotten whole and the current one
-- becomes the previous: so nothing is kept longer than twice its time, and nothing needs an expiry of its own (R5).
local function forget()
  if now < log.rotated or now < log.idsrotated then -- the server's clock was set back: nothing would be forgotten for long
    log.rotated, log.idsrotated = math.min(now, log.rotated), math.min(now, log.idsrotated)
    redis.call('HSET', LOG, 'rotated', text(log.rotated), 'idsrotated', text(log.idsrotated))
  end
  if now - log.rotated > log.maxttl + tonumber(ARGV[4]) then
    log.marks, log.rotated = other(log.marks), now
    redis.call('UNLINK', MARKS[log.marks])
    redis.call('HSET', MARKS[log.marks], SENTINEL, log.epoch)
    marks[log.marks] = {}
    log.forgotten, log.sealed = log.sealed, log.head
    redis.call('HSET', LOG, 'marks', log.marks, 'rotated', text(now), 'forgotten', text(log.forgotten), 'sealed', text(log.sealed))
  end
  if now - log.idsrotated > tonumber(ARGV[5]) then
    log.ids, log.idsrotated = other(log.ids), now
    redis.call('UNLINK', IDS[log.ids])
    redis.call('HSET', LOG, 'ids', log.ids, 'idsrotated', text(now))
  end
end

-- Reads the log, and what the script wants to know of it: some tags' marks, all lease rows.
-- Returns an error to answer with, or nil.
local function stand(tags, wants_leases)
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)

  -- A restarted server and a promoted replica have another run_id than the one that wrote the header (PROTOCOL 16).
  local run = redis.call('INFO', 'server')
  if not string.find(run, 'run_id:', 1, true) then return redis.error_reply('FRESHETUNFIT INFO tells no run_id') end

  local header = redis.call('HMGET', LOG, 'format', 'epoch', 'run', 'head', 'oldest', 'mature', 'maxttl',
    'forgotten', 'rotated', 'marks', 'sealed', 'ids', 'idsrotated')
  -- Before anything is written: what a newer version laid out is not ours to replace.
  if header[1] and tonumber(header[1]) > tonumber(ARGV[1]) then return redis.error_reply('FRESHETFORMAT ' .. header[1]) end

  log = {
    epoch = header[2], run = header[3] or '',
    head = tonumber(header[4] or 0),
    oldest = tonumber(header[5] or 1),    -- position of the oldest record kept; head + 1 when none is
    mature = header[6] or '0',
    maxttl = tonumber(header[7] or 0),
    forgotten = tonumber(header[8] or 0), -- marks at or below it were forgotten
    rotated = tonumber(header[9] or 0),   -- when the current marks became current
    marks = header[10] or 'a',            -- which of the two is current; the other is the previous
    sealed = tonumber(header[11] or 0),   -- the head when the previous marks stopped being current
    ids = header[12] or 'a',
    idsrotated = tonumber(header[13] or 0),
  }
  if not is_whole(run, tags, wants_leases) then begin_epoch(run) end

  -- The largest MaxTimeToLive of any version that runs (PROTOCOL 13). It outlives epochs.
  if tonumber(ARGV[3]) > log.maxttl then
    log.maxttl = tonumber(ARGV[3])
    redis.call('HSET', LOG, 'maxttl', text(log.maxttl))
  end
  forget()
end

-- A tag's mark: the current part's first, since what is written there was made of what the previous one said.
local function mark_of(tag) return marks[log.marks][tag] or marks[other(log.marks)][tag] end
