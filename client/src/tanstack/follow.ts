import { notifyManager, type QueryCacheNotifyEvent, type QueryClient } from '@tanstack/query-core'
import { overlap, type FreshnessClient, type Invalidation } from '../core/index.ts'
import { levelOf, type AnyQuery, type Memory } from './memory.ts'
import { isHeld } from './optimistic-hold.ts'
import type { Observer } from './observer.ts'

/** Milliseconds within which medium queries are gathered: the first half always, the second at random. */
const gathering = 100
/** Milliseconds over which everything is spread that a reset makes every browser read at once. */
const spread = { high: 1_000, medium: 3_000 }
/** Milliseconds, the second half at random, after which a query is read again whose last reread was overtaken. */
const overtaken = 100

const isHidden = () => globalThis.document?.visibilityState === 'hidden'

/** Makes a query cache follow the client's invalidations. */
export function follow(queryClient: QueryClient, client: FreshnessClient, memory: Memory, observe: (what: (observer: Observer) => void) => void) {
  const cache = queryClient.getQueryCache()
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  const isMedium = (query: AnyQuery) => levelOf(query) === 'medium'
  // Only what has data can be outdated. A first read in flight has none yet, and is compared on arrival (read.ts).
  const isOutdated = (query: AnyQuery) => query.state.data !== undefined && client.isOutdated(memory.answerOf(query))
  const mayFollow = (query: AnyQuery) => /high|medium/.test(levelOf(query)!) && query.isActive() && !isHidden() && !isHeld(query)

  function onInvalidation(invalidation: Invalidation): void {
    const { tags, reset, heard, cause } = invalidation
    notifyManager.batch(() => {
      const reached = cache.getAll().filter((query) => levelOf(query) && isOutdated(query) && (reset || overlap(memory.answerOf(query).tags, tags)))
      const followed = new Set(reached.filter(mayFollow))
      observe((observer) => observer.begin?.(invalidation, reached, followed))
      for (const query of reached) query.invalidate() // tells its observers that it is stale
      // The person who wrote waits for the result. What the stream tells, many browsers hear at the same moment.
      if (!heard) read((query) => followed.has(query))
      else if (cause === 'stream') {
        // What is being read is left to finish: it is compared on arrival. Else records that come faster than answers would call off each read.
        read((query) => followed.has(query) && !isMedium(query), false)
        if ([...followed].some(isMedium)) later('medium', (gathering * (1 + Math.random())) / 2, isMedium)
      } else {
        later('high', spread.high * Math.random(), (query) => !isMedium(query))
        later('all', spread.medium * Math.random())
      }
    })
  }

  /** Reads outdated queries again after a while, those too that come to be outdated before then. */
  function later(name: string, milliseconds: number, which?: (query: AnyQuery) => boolean): void {
    if (timers.has(name)) return
    timers.set(name, setTimeout(() => {
      timers.delete(name)
      catchUp(which)
    }, milliseconds))
  }

  /** Reads again what is on the page and outdated, unless it is being read: that answer is compared on arrival. */
  function catchUp(which: (query: AnyQuery) => boolean = () => true): void {
    read((query) => which(query) && isOutdated(query), false)
  }

  function read(which: (query: AnyQuery) => boolean, cancelRefetch = true): void {
    // Errors are each query's own to show; `refetchQueries` does not throw unless asked.
    void queryClient.refetchQueries({ predicate: (query) => mayFollow(query) && which(query) }, { cancelRefetch })
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
      return read((each) => each === query)
    }
    // The last reread was overtaken too. It is shown, being newer than what was there, and read again in a moment.
    if (outdated && client.hasMovedSince(answer)) later('again', overtaken * (1 + Math.random()))
    observe((observer) => observer.settle?.(query, outdated ? 'outdated' : 'fresh'))
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
