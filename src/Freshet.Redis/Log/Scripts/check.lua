-- Looks at what can be known when a node starts. That this script runs to its end shows scripts, streams and the right to write.
--
-- Returns: the server's version, its maxmemory, its maxmemory-policy; '' for what it does not tell.

redis.call('XLEN', RECORDS) -- a log that has just begun was not asked yet
redis.call('HSET', LOG, 'format', ARGV[1])

local server, memory = redis.call('INFO', 'server'), redis.call('INFO', 'memory')
return {
  string.match(server, 'redis_version:([^\r\n]+)') or '',
  string.match(memory, 'maxmemory:(%d+)') or '',
  string.match(memory, 'maxmemory_policy:([^\r\n]+)') or '',
}
