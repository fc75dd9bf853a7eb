-- Looks at what can be known when a node starts. That this script runs to its end shows scripts and the right to write.
--
-- Returns: the server's version, its maxmemory, its maxmemory-policy; '' for what it does not tell.

local tags, refused = {}, nil

--#standing

redis.call('HSET', LOG, 'format', FORMAT)

local memory = redis.call('INFO', 'memory')
return {
  string.match(server, 'redis_version:([^\r\n]+)') or '',
  string.match(memory, 'maxmemory:(%d+)') or '',
  string.match(memory, 'maxmemory_policy:([^\r\n]+)') or '',
}
