import { notifyManager, type QueryCacheNotifyEvent, type QueryClient } from '@tanstack/query-core'
import { anyTag, type FreshnessClient, type Invalidation } from '../core/index.ts'
import { levelOf, type AnyQuery, type Handed, type Memory } from './memory.ts'
import { isHeld } from './optimistic-hold.ts'
import type { FollowObserver } from './reports.ts'

/** Milliseconds within which medium queries are gathered: the first half always, the second at random. */
const gathering = 100
/** Milliseconds over which everything is spread that a reset makes every browser read at once. */
const spread = { high: 1_000, medium: 3_000 }
/** Milliseconds, the second half at random, after which a query is read again whose last reread was overtaken. */
const overtaken = 100

const isHidden = () => globalThis.document?.visibilityState === 'hidden'

/** Makes a query cache follow the client's invalidations. */
export function follow(queryClient: QueryClient, client: FreshnessClient, memory: Memory, observe: (what: (observer: FollowObserver) => void) => void) {
  const isOutdated = (query: AnyQuery) => client.isOutdated(memory.answerOf(query))
  const mayFollow = (query: AnyQuery) => levelOf(query) !== 'low' && query.isActive() && !isHidden() && !isHeld(query)
  const settle: FollowObserver['settle'] = (query, outcome) => observe((observer) => observer.settle(query, outcome))
  const timers = new Map<string, ReturnType<typeof setTimeout>>()

  // Only what has data can be outdated. A first read in flight has none yet, and is compared on arrival (read.ts).
  function reachedBy({ tags, reset }: Invalidation): AnyQuery[] {
    const touches = (query: AnyQuery) => {
      const own = memory.answerOf(query).tags
      return reset || own.includes(anyTag) || tags.includes(anyTag) || own.some((tag) => tags.includes(tag))
    }
    return queryClient.getQueryCache().getAll()
      .filter((query) => levelOf(query) && query.state.data !== undefined && isOutdated(query) && touches(query))
  }

  function onInvalidation(invalidation: Invalidation): void {
    notifyManager.batch(() => {
      const reached = reachedBy(invalidation)
      const followed = new Set(reached.filter(mayFollow))
      const how = reached.map((query) => ({ query, how: followed.has(query) ? 'refetched' as const : 'marked-stale' as const }))
      observe((observer) => observer.begin(invalidation, how))
      for (const query of reached) query.invalidate() // tells its observers that it is stale
      const { heard, cause } = invalidation
      const medium = (query: AnyQuery) => levelOf(query) === 'medium'
      // The person who wrote waits for the result. What the stream tells, many browsers hear at the same moment.
      if (!heard) read((query) => followed.has(query))
      else if (cause === 'stream') {
        // What is being read is left to finish: it is compared on arrival. Else records that come faster than answers would call off each read.
        read((query) => followed.has(query) && !medium(query), false)
        if ([...followed].some(medium)) later('medium', (gathering * (1 + Math.random())) / 2, medium)
      } else {
        later('high', spread.high * Math.random(), (query) => !medium(query))
        later('all', spread.medium * Math.random(), () => true)
      }
    })
  }

  /** Reads outdated queries again after a while, those too that come to be outdated before then. */
  function later(name: string, milliseconds: number, which: (query: AnyQuery) => boolean): void {
    if (timers.has(name)) return
    timers.set(name, setTimeout(() => {
      timers.delete(name)
      catchUp(which)
    }, milliseconds))
  }

  /** Reads again what is on the page and outdated, unless it is being read: that answer is compared on arrival. */
  function catchUp(which: (query: AnyQuery) => boolean = () => true): void {
    read((query) => which(query) && query.state.data !== undefined && isOutdated(query), false)
  }

  function read(which: (query: AnyQuery) => boolean, cancelRefetch = true): void {
    // Errors are each query's own to show; `refetchQueries` does not throw unless asked.
    void queryClient.refetchQueries(
      { type: 'active', predicate: (query) => levelOf(query) !== undefined && mayFollow(query) && which(query) }, { cancelRefetch },
    )
  }

  function onCacheEvent(event: QueryCacheNotifyEvent): void {
    const { query } = event
    if (!levelOf(query)) return
    const wasOutdated = event.type === 'updated' && isOutdated(query)
    const taken = memory.observe(event)
    if (event.type === 'removed') return settle(query, 'cancelled')
    if (event.type !== 'updated') return
    const { action } = event
    if (taken) return onTaken(query, taken, wasOutdated)
    if (action.type === 'error') settle(query, 'failed')
    // A cancelled read is put back without a result.
    if (action.type === 'setState' && query.state.fetchStatus === 'idle') settle(query, 'cancelled')
  }

  function onTaken(query: AnyQuery, { answer, settledFor }: Handed, wasOutdated: boolean): void {
    const outdated = isOutdated(query)
    // The observers computed `isStale` before the new answer was taken over: let them look again.
    if (wasOutdated && !outdated) for (const observer of [...query.observers]) observer.onQueryUpdate()
    if (outdated && !settledFor) {
      // Between the comparison on arrival and this moment lie a few microtasks. An invalidation came in between.
      query.invalidate()
      return read((each) => each === query)
    }
    // The last reread was overtaken too. It is shown, being newer than what was there, and read again in a moment.
    if (outdated && client.hasMovedSince(answer)) later('again', overtaken * (1 + Math.random()), () => true)
    settle(query, outdated ? 'outdated' : 'fresh')
  }

  const stops = [client.subscribe(onInvalidation), queryClient.getQueryCache().subscribe(onCacheEvent)]
  return {
    catchUp,
    stop() {
      for (const stop of stops) stop()
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}
