-- Returns the epoch, and the lease rows as they stand: a line for each, "node row".

local tags, refused = {}, nil

--#standing

return { log.epoch, leases }
