import { notifyManager, type QueryCacheNotifyEvent, type QueryClient } from '@tanstack/query-core'
import type { FreshnessClient, Invalidation } from '../core/index.ts'
import { levelOf, type AnyQuery, type Memory } from './memory.ts'
import type { Reports } from './reports.ts'

/** Makes a query cache follow the client's invalidations. Returns the way to stop. */
export function follow(queryClient: QueryClient, client: FreshnessClient, memory: Memory, reports: Reports): () => void {
  const isOutdated = (query: AnyQuery) => client.isOutdated(memory.answerOf(query))

  // Only what has data can be outdated. A first read in flight has none yet, and is compared on arrival (read.ts).
  function reachedBy({ tags, reset }: Invalidation): AnyQuery[] {
    const touches = (query: AnyQuery) => {
      const own = memory.answerOf(query).tags
      return reset || own.includes('*') || tags.includes('*') || own.some((tag) => tags.includes(tag))
    }
    return queryClient.getQueryCache().getAll()
      .filter((query) => levelOf(query) && query.state.data !== undefined && isOutdated(query) && touches(query))
  }

  function onInvalidation(invalidation: Invalidation): void {
    notifyManager.batch(() => {
      const reached = reachedBy(invalidation)
      const refetched = new Set(reached.filter((query) => levelOf(query) !== 'low' && query.isActive()))
      reports.begin(invalidation, reached.map((query) => (
        { query, how: refetched.has(query) ? 'refetched' : 'marked-stale' }
      )))
      readAgain(reached, refetched)
    })
  }

  function readAgain(outdated: readonly AnyQuery[], refetched: ReadonlySet<AnyQuery>): void {
    for (const query of outdated) query.invalidate() // tells its observers that it is stale
    // Errors are each query's own to show; `refetchQueries` does not throw unless asked.
    void queryClient.refetchQueries({ type: 'active', predicate: (query) => refetched.has(query) })
  }

  function onCacheEvent(event: QueryCacheNotifyEvent): void {
    const { query } = event
    if (!levelOf(query)) return
    const wasOutdated = event.type === 'updated' && isOutdated(query)
    const taken = memory.observe(event)
    if (event.type === 'removed') return reports.settle(query, 'cancelled')
    if (event.type !== 'updated') return
    const { action } = event
    if (taken) return onTaken(query, taken.settledFor, wasOutdated)
    if (action.type === 'error') reports.settle(query, 'failed')
    // A cancelled read is put back without a result.
    if (action.type === 'setState' && query.state.fetchStatus === 'idle') reports.settle(query, 'cancelled')
  }

  function onTaken(query: AnyQuery, settledFor: boolean, wasOutdated: boolean): void {
    const outdated = isOutdated(query)
    // The observers computed `isStale` before the new answer was taken over: let them look again.
    if (wasOutdated && !outdated) for (const observer of [...query.observers]) observer.onQueryUpdate()
    if (outdated && !settledFor) {
      // Between the comparison on arrival and this moment lie a few microtasks. An invalidation came in between.
      return readAgain([query], new Set(levelOf(query) === 'low' ? [] : [query]))
    }
    reports.settle(query, outdated ? 'outdated' : 'fresh')
  }

  const stops = [client.subscribe(onInvalidation), queryClient.getQueryCache().subscribe(onCacheEvent)]
  return () => stops.forEach((stop) => stop())
}
