import { notifyManager, type QueryCacheNotifyEvent, type QueryClient } from '@tanstack/query-core'
import { overlap, type FreshnessClient, type Invalidation } from '../core/index.ts'
import { isHidden } from './life.ts'
import { metaOf, type AnyQuery, type Memory } from './memory.ts'
import type { Tell } from './tell.ts'

/** Milliseconds within which medium queries are gathered: the first half always, the second at random. */
const gathering = 100
/** Milliseconds over which everything is spread that a reset makes every browser read at once. */
const spread = { high: 1_000, medium: 3_000 }
/** Milliseconds, the second half at random, after which a query is read again whose last reread was overtaken. */
const overtaken = 100

type Which = (query: AnyQuery) => boolean

const levelOf = (query: AnyQuery) => metaOf(query)?.level
const isMedium: Which = (query) => levelOf(query) === 'medium'
const isHigh: Which = (query) => levelOf(query) === 'high'
const isAny: Which = () => true

/** Makes a query cache follow the client's invalidations. */
export function follow(queryClient: QueryClient, client: FreshnessClient, memory: Memory, tell: Tell) {
  const cache = queryClient.getQueryCache()
  const timers = new Map<Which, ReturnType<typeof setTimeout>>()
  // Only what has data can be outdated. A first read in flight has none yet, and is compared on arrival (read.ts).
  const isOutdated: Which = (query) => query.state.data !== undefined && client.isOutdated(memory.answerOf(query))
  const mayFollow: Which = (query) => (isHigh(query) || isMedium(query)) && query.isActive() && !isHidden() && !memory.recordOf(query).held

  function onInvalidation(invalidation: Invalidation): void {
    const { tags, reset, heard, cause } = invalidation
    notifyManager.batch(() => {
      const reached = cache.getAll().filter((query) => levelOf(query) && isOutdated(query) && (reset || overlap(memory.answerOf(query).tags, tags)))
      const followed = reached.filter(mayFollow)
      tell('begin', invalidation, reached, new Set(followed))
      for (const query of reached) query.invalidate() // tells its observers that it is stale
      // The person who wrote waits for the result. What the stream tells, many browsers hear at the same moment.
      if (!heard) read(followed, true)
      else if (cause === 'stream') {
        // What is being read is left to finish: it is compared on arrival. Else records that come faster than answers would call off each read.
        read(followed.filter(isHigh))
        if (followed.some(isMedium)) later(isMedium, (gathering * (1 + Math.random())) / 2)
      } else {
        later(isHigh, spread.high * Math.random())
        later(isAny, spread.medium * Math.random())
      }
    })
  }

  /** Reads outdated queries again after a while, those too that come to be outdated before then. */
  function later(which: Which, milliseconds: number): void {
    if (timers.has(which)) return
    timers.set(which, setTimeout(() => {
      timers.delete(which)
      catchUp(which)
    }, milliseconds))
  }

  /** Reads again what is on the page and outdated, unless it is being read: that answer is compared on arrival. */
  function catchUp(which = isAny): void {
    read(cache.getAll().filter((query) => which(query) && isOutdated(query)))
  }

  function read(queries: readonly AnyQuery[], cancelRefetch = false): void {
    // Errors are each query's own to show.
    for (const query of queries.filter(mayFollow)) query.fetch(undefined, { cancelRefetch }).catch(() => {})
  }

  function onCacheEvent(event: QueryCacheNotifyEvent): void {
    const { query } = event
    const wasOutdated = isOutdated(query)
    const taken = memory.observe(event)
    if (!taken) return
    const { answer, settledFor } = taken
    const outdated = isOutdated(query)
    // The observers computed `isStale` before the new answer was taken over: let them look again.
    if (wasOutdated && !outdated) for (const observer of [...query.observers]) observer.onQueryUpdate()
    if (outdated && !settledFor) {
      // Between the comparison on arrival and this moment lie a few microtasks. An invalidation came in between.
      query.invalidate()
      return read([query], true)
    }
    // The last reread was overtaken too. It is shown, being newer than what was there, and read again in a moment.
    if (outdated && client.hasMovedSince(answer)) later((each) => each === query, overtaken * (1 + Math.random()))
    tell('settle', query, outdated ? 'outdated' : 'fresh')
  }

  client.onInvalidation = onInvalidation
  const leave = cache.subscribe(onCacheEvent)
  return {
    catchUp,
    stop() {
      client.onInvalidation = () => {}
      leave()
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}
