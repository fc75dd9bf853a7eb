-- Returns the epoch, and the lease rows as they stand: { node, row, node, row, ... }.
return { log.epoch, redis.call('HGETALL', LEASES) }
