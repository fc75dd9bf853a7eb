-- Returns the epoch, and the lease rows as they stand: { node, row, node, row, ... }.

local tags, refused = {}, nil

--#standing

return { log.epoch, leases }
