/**
 * What an event reaches, as the server computes it: the join of the event's tags with those that a query's values carry, its own,
 * those its loader may find, and those of the queries it reads, in turn.
 */
export function reachOf({ events, queries }) {
  const slotOf = ({ tag, constant = null }) => ({ kind: tag, constant })
  const meets = (a, b) => a.kind === b.kind && (a.constant === null || b.constant === null || a.constant === b.constant)
  const byName = new Map(queries.map((query) => [query.name, query]))

  function slotsOf(name, seen = new Set()) {
    const query = byName.get(name)
    if (!query || seen.has(name)) return []
    seen.add(name)
    return [...query.tags.map(slotOf), ...query.tagsFound.map((kind) => ({ kind, constant: null })), ...query.reads.flatMap((read) => slotsOf(read, seen))]
  }

  const carried = new Map(queries.map(({ name }) => [name, slotsOf(name)]))
  const touched = new Map(events.map(({ name, tags }) => [name, tags.map(slotOf)]))
  return (event, query) => (touched.get(event) ?? []).some((tag) => carried.get(query).some((slot) => meets(slot, tag)))
}
