-- Returns the lease rows as they stand: { node, row, node, row, ... }.
return redis.call('HGETALL', LEASES)
