-- The log as it stands, under a fresh epoch if it may have lost a record. Stands in every script, where it says `--#standing`. Before
-- that the script has set `tags`, whose marks it wants (nil: it looks at no mark), and `refused`, epochs that the caller has left.
--
-- KEYS, all in one slot: 1 log (the header, with the leases), 2 records, 3 and 4 marks a and b, 5 and 6 ids a and b, 7 holds.
-- ARGV: 1 a fresh epoch to take if one is needed. The script's own follow from 2.
--
-- A writer waits for these scripts, so the way that is nearly always taken is a short one: what is always wanted together lies
-- together, nothing is asked for that nobody looks at, and long texts are put together once (Redis hashes each to its last byte).

local LOG, RECORDS, HOLDS = KEYS[1], KEYS[2], KEYS[7]
local MARKS, IDS, OTHER = { a = KEYS[3], b = KEYS[4] }, { a = KEYS[5], b = KEYS[6] }, { a = 'b', b = 'a' }
local FORMAT = '2'       -- of keys and fields. A higher number was written by a newer version
local SENTINEL = 'epoch' -- no tag (they have a colon) and no id (32 hex digits) is written like this

-- A whole number as text: Lua's own form turns long ones into 1e+15.
local function text(number) return string.format('%d', number) end

local time = redis.call('TIME')
local now = math.floor(time[1] * 1000 + time[2] / 1000)
local moment = text(now)

-- A restarted server and a promoted replica have another run_id than the one that wrote the header (PROTOCOL 16).
local server = redis.call('INFO', 'server')
local _, run_after = string.find(server, 'run_id:', 1, true)
if not run_after then return redis.error_reply('FRESHETUNFIT INFO tells no run_id') end
local run = string.sub(server, run_after + 1, run_after + 40)

-- The header's fields:
--   format;
--   state: epoch, run, which part of the marks is current ('a' or 'b', the other is the previous), the same of the ids, '1' once no
--          lease of an earlier epoch can be alive (PROTOCOL 18); of fixed widths, so that nobody has to look for where they end; and
--          what only exchanges look after, see there;
--   head;
--   leases: a line for each, "node row".
local format, state, head, leases = unpack(redis.call('HMGET', LOG, 'format', 'state', 'head', 'leases'))
-- Before anything is written: what a newer version laid out is not ours to replace.
if format and format ~= FORMAT and tonumber(format) > tonumber(FORMAT) then return redis.error_reply('FRESHETFORMAT ' .. format) end
local log = {}
if format == FORMAT and state and head then
  local sub = string.sub
  log.epoch, log.run, log.marks, log.ids, log.mature, log.upkeep = sub(state, 1, 32), sub(state, 33, 72), sub(state, 73, 73), sub(state, 74, 74), sub(state, 75, 75), sub(state, 76)
  log.head, leases = tonumber(head), leases or ''
end

local function state_of(it) return it.epoch .. it.run .. it.marks .. it.ids .. it.mature .. it.upkeep end

-- Whether nothing is missing. Marks hold the epoch, so that a part that was evicted, deleted or put back from elsewhere shows to
-- whoever looks at marks (PROTOCOL 19): without it a log would call outdated values fresh. What is set in such a part meanwhile does
-- not make it whole. Ids need no epoch: without them a record may be appended once more, which invalidates its tags once more.
-- Records are compared with the header by exchanges, which alone read them.
local marks = tags and { a = {}, b = {} }
local is_whole = log.run == run and not (refused and string.find(refused, log.epoch, 1, true))
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
    upkeep = longest .. ' 1 0 0 ' .. moment .. ' ' .. moment,
  }
  redis.call('HSET', LOG, 'format', FORMAT, 'state', state_of(log), 'head', 0, 'leases', '')
  redis.call('HSET', MARKS.a, SENTINEL, log.epoch)
  redis.call('HSET', MARKS.b, SENTINEL, log.epoch)
  redis.call('HSET', HOLDS, SENTINEL, log.epoch)
  marks, leases = tags and { a = {}, b = {} }, ''
end
if not is_whole then begin_epoch() end

-- A tag's mark: the current part's first, since what is written there was made of what the previous one said.
local function mark_of(tag) return marks[log.marks][tag] or marks[OTHER[log.marks]][tag] end

-- Marks at or below this position were forgotten.
local function forgotten() return string.match(log.upkeep, '^%d+ %d+ (%d+) ') end
