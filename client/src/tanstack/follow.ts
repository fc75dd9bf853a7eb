import { notifyManager, type QueryCacheNotifyEvent, type QueryClient } from '@tanstack/query-core'
import { overlap, unknownAnswer, type FreshnessClient, type Invalidation } from '../core/index.ts'
import { isHidden } from './life.ts'
import { metaOf, type AnyQuery, type RecordOf } from './memory.ts'
import type { Tell } from './observer.ts'

/** Makes a query cache follow the client's invalidations. */
export function follow(queryClient: QueryClient, client: FreshnessClient, recordOf: RecordOf, tell: Tell) {
  const cache = queryClient.getQueryCache()
  const timers = new Map<AnyQuery, ReturnType<typeof setTimeout>>()
  const levelOf = (query: AnyQuery) => metaOf(query)?.level
  const isHigh = (query: AnyQuery) => levelOf(query) === 'high'
  // Only what Freshet manages and has data can be outdated. A first read in flight has none yet, and is compared on arrival (read.ts).
  const isOutdated = (query: AnyQuery) => !!levelOf(query) && query.state.data !== undefined && client.isOutdated(recordOf(query).answer)

  function onInvalidation(invalidation: Invalidation): void {
    const { tags, reset, heard, cause } = invalidation
    notifyManager.batch(() => {
      const reached = cache.getAll().filter((query) => isOutdated(query) && (reset || overlap(recordOf(query).answer.tags, tags)))
      const followed = reached.filter(mayFollow)
      tell('begin', invalidation, reached, followed)
      for (const query of reached) query.invalidate() // tells its observers that it is stale
      for (const query of followed) {
        // The person who wrote waits for the result. What the stream tells, many browsers hear at the same moment.
        if (!heard) read(query, true)
        else if (cause !== 'stream') later(query, 0, isHigh(query) ? 1_000 : 3_000)
        // What is being read is left to finish: it is compared on arrival. Else records that come faster than answers would call off each read.
        else if (isHigh(query)) read(query)
        else later(query, 50, 50)
      }
    })
  }

  /** Reads a query again after some milliseconds, and up to so many more at random, if it is outdated then. */
  function later(query: AnyQuery, least: number, spread: number): void {
    if (timers.has(query)) return
    timers.set(query, setTimeout(() => {
      timers.delete(query)
      catchUp([query])
    }, least + spread * Math.random()))
  }

  /** Reads again what is on the page and outdated, unless it is being read: that answer is compared on arrival. */
  function catchUp(queries: readonly AnyQuery[] = cache.getAll()): void {
    for (const query of queries) if (isOutdated(query)) read(query)
  }

  function read(query: AnyQuery, cancelRefetch = false): void {
    // Errors are each query's own to show.
    if (mayFollow(query)) query.fetch(undefined, { cancelRefetch }).catch(() => {})
  }

  function mayFollow(query: AnyQuery): boolean {
    return levelOf(query) !== 'low' && query.isActive() && !isHidden() && !recordOf(query).held
  }

  /** Follows TanStack's own account of what became of the data. */
  function onCacheEvent(event: QueryCacheNotifyEvent): void {
    if (event.type !== 'updated') return
    const { query, action } = event
    const { data } = query.state
    const record = recordOf(query)
    const { handed } = record
    if (action.type === 'success' && !action.manual && handed) {
      Object.assign(record, { answer: handed, handed: undefined, data })
      const outdated = isOutdated(query)
      // The observers computed `isStale` before the new answer was taken over: let them look again.
      for (const observer of [...query.observers]) observer.onQueryUpdate()
      // The last reread was overtaken too, or an invalidation came in the few microtasks since the comparison on arrival. It is shown,
      // being newer than what was there, and read again in a moment.
      if (outdated && client.hasMovedSince(handed)) later(query, 100, 100)
      tell('settle', query, outdated)
    // State put in from outside (hydration, a persister): data we did not read. A reverted fetch puts back our own.
    } else if (action.type === 'setState' && data !== record.data) record.answer = unknownAnswer
  }

  client.onInvalidation = onInvalidation
  const leave = cache.subscribe(onCacheEvent)
  return {
    catchUp,
    stop() {
      delete client.onInvalidation
      leave()
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}
