-- The log as it stands, under a fresh epoch if it may have lost a record. Stands in every script, where it says `--#standing`. Before
-- that the script has set `tags`, whose marks it wants (nil: it looks at no mark), and `refused`, epochs that the caller has left.
--
-- KEYS, all in one slot: 1 log (the header, and a row for each lease), 2 records, 3 and 4 marks a and b, 5 and 6 ids a and b, 7 holds.
-- ARGV: 1 a fresh epoch to take if one is needed. The script's own follow from 2.
--
-- A writer waits for these scripts, so the way that is nearly always taken is a short one: what is always wanted together lies
-- together, nothing is asked for that nobody looks at, and long texts are put together once (Redis hashes each to its last byte).

local LOG, RECORDS, HOLDS = KEYS[1], KEYS[2], KEYS[7]
local MARKS, IDS, OTHER = { a = KEYS[3], b = KEYS[4] }, { a = KEYS[5], b = KEYS[6] }, { a = 'b', b = 'a' }
local FORMAT = '1'       -- of keys and fields. A higher number was written by a newer version
local SENTINEL = 'epoch' -- no tag (they have a colon) and no id (32 hex digits) is written like this

-- A whole number as text: Lua's own form turns long ones into 1e+15.
local function text(number) return string.format('%d', number) end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- A restarted server and a promoted replica have another run_id than the one that wrote the header (PROTOCOL 16).
local server = redis.call('INFO', 'server')
local _, run_after = string.find(server, 'run_id:', 1, true)
if not run_after then return redis.error_reply('FRESHETUNFIT INFO tells no run_id') end
local run = string.sub(server, run_after + 1, run_after + 40)

-- The header's fields, and lease rows by their nodes (32 hex digits):
--   format, epoch, run, head;
--   marks and ids: which of the two parts is current, the other is the previous;
--   mature: '1' once no lease of an earlier epoch can be alive (PROTOCOL 18);
--   upkeep: what only exchanges look after. See there.
local log, leases = {}, {}
do
  local rows = redis.call('HGETALL', LOG)
  for i = 1, #rows, 2 do
    local name = rows[i]
    if #name == 32 then
      leases[#leases + 1], leases[#leases + 2] = name, rows[i + 1]
    else
      log[name] = rows[i + 1]
    end
  end
end
-- Before anything is written: what a newer version laid out is not ours to replace.
if log.format and log.format ~= FORMAT and tonumber(log.format) > tonumber(FORMAT) then return redis.error_reply('FRESHETFORMAT ' .. log.format) end
log.head = tonumber(log.head)

-- Whether nothing is missing. Marks hold the epoch, so that a part that was evicted, deleted or put back from elsewhere shows to
-- whoever looks at marks (PROTOCOL 19): without it a log would call outdated values fresh. What is set in such a part meanwhile does
-- not make it whole. Ids need no epoch: without them a record may be appended once more, which invalidates its tags once more.
-- Records are compared with the header by exchanges, which alone read them.
local marks = { a = {}, b = {} }
local is_whole = log.epoch and log.run == run and log.head and not (refused and string.find(refused, log.epoch, 1, true))
if is_whole and tags then
  for letter, part in pairs(MARKS) do
    for from = 1, math.max(#tags, 1), 1000 do -- as many at once as Lua can pass
      local upto = math.min(from + 999, #tags)
      local values = redis.call('HMGET', part, SENTINEL, unpack(tags, from, upto))
      is_whole = is_whole and values[1] == log.epoch
      for i = from, upto do marks[letter][tags[i]] = values[i - from + 2] or nil end
    end
  end
end

local function begin_epoch()
  -- The longest time to live (PROTOCOL 13) outlives the epoch.
  local longest = string.match(log.upkeep or '', '^(%d+) ') or '0'
  redis.call('UNLINK', LOG, RECORDS, MARKS.a, MARKS.b, IDS.a, IDS.b, HOLDS)
  log = {
    epoch = ARGV[1], run = run, head = 0, marks = 'a', ids = 'a', mature = '0',
    upkeep = longest .. ' 1 0 0 ' .. text(now) .. ' ' .. text(now),
  }
  redis.call('HSET', LOG, 'format', FORMAT, 'epoch', log.epoch, 'run', run, 'head', 0, 'marks', 'a', 'ids', 'a', 'mature', 0, 'upkeep', log.upkeep)
  redis.call('HSET', MARKS.a, SENTINEL, log.epoch)
  redis.call('HSET', MARKS.b, SENTINEL, log.epoch)
  redis.call('HSET', HOLDS, SENTINEL, log.epoch)
  marks, leases = { a = {}, b = {} }, {}
end
if not is_whole then begin_epoch() end

-- A tag's mark: the current part's first, since what is written there was made of what the previous one said.
local function mark_of(tag) return marks[log.marks][tag] or marks[OTHER[log.marks]][tag] end

-- Marks at or below this position were forgotten.
local function forgotten() return string.match(log.upkeep, '^%d+ %d+ (%d+) ') end
