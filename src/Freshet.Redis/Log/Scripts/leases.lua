-- Returns the epoch, and the lease rows as they stand: { node, row, node, row, ... }.

local refusal = stand({}, true)
if refusal then return refusal end
return { log.epoch, leases }
