import type { QueryKey } from '@tanstack/query-core'
import type { Answer, Invalidation } from '../core/index.ts'
import { anyTag } from '../core/index.ts'
import type { Level } from './levels.ts'
import { levelOf, type AnyQuery } from './memory.ts'

/** A query that an invalidation reached. */
export interface FollowedQuery {
  readonly queryKey: QueryKey
  readonly level: Level
  /**
   * `refetched`: it was on the page and was read again at once. `re-read`: its read was in flight and turned out to be
   * outdated on arrival. `marked-stale`: low, or not on the page; it is read when it is next asked for.
   */
  readonly how: 'refetched' | 're-read' | 'marked-stale'
  /** Undefined while it is being read. Always undefined for `marked-stale`. */
  readonly settled?: {
    /** `outdated`: the server kept answering old data. `cancelled`: the read was called off, e.g. the panel went away. */
    readonly outcome: 'fresh' | 'outdated' | 'failed' | 'cancelled'
    /** Milliseconds since the invalidation was applied in this tab. */
    readonly milliseconds: number
  }
}

/** An invalidation, and what it led to so far. Told when it is applied, and again (same id) as each query settles. */
export interface InvalidationReport extends Invalidation {
  readonly followed: readonly FollowedQuery[]
}

interface Open {
  readonly begun: number
  readonly queries: AnyQuery[]
  report: InvalidationReport
}

/** What is told of following, as it happens. */
export interface FollowObserver {
  /** An invalidation was applied and reached these queries. */
  begin(invalidation: Invalidation, reached: readonly { query: AnyQuery; how: FollowedQuery['how'] }[]): void
  /** A read that was in flight turned out to be outdated, and is read again. */
  reread(query: AnyQuery, answer: Answer): void
  /** A query's read came to an end. */
  settle(query: AnyQuery, outcome: NonNullable<FollowedQuery['settled']>['outcome']): void
}

/**
 * Tells which queries followed each invalidation, and how long each took. Returns the way to stop.
 * @param now Milliseconds of a clock that never goes back; only measures, never orders. Default: `performance.now`.
 */
export function onInvalidation(
  freshet: { observe(observer: FollowObserver): () => void }, listener: (report: InvalidationReport) => void, now: () => number = () => performance.now(),
): () => void {
  return freshet.observe(new Reports(now, listener))
}

/** The reports still watched. Older ones are told no more. */
const kept = 20

class Reports implements FollowObserver {
  readonly #now: () => number
  readonly #tell: (report: InvalidationReport) => void
  readonly #open: Open[] = []

  constructor(now: () => number, tell: (report: InvalidationReport) => void) {
    this.#now = now
    this.#tell = tell
  }

  begin(invalidation: Invalidation, reached: readonly { query: AnyQuery; how: FollowedQuery['how'] }[]): void {
    const open: Open = {
      begun: this.#now(),
      queries: reached.map(({ query }) => query),
      report: { ...invalidation, followed: reached.map(({ query, how }) => followed(query, how)) },
    }
    this.#open.push(open)
    if (this.#open.length > kept) this.#open.shift()
    this.#tell(open.report)
  }

  reread(query: AnyQuery, answer: Answer): void {
    for (const open of this.#open) {
      const { id, tags, reset } = open.report
      const touched = reset || tags.includes(anyTag) || answer.tags.includes(anyTag) || answer.tags.some((tag) => tags.includes(tag))
      if (id <= answer.stamp.sequence || !touched || open.queries.includes(query)) continue
      open.queries.push(query)
      this.#change(open, [...open.report.followed, followed(query, 're-read')])
    }
  }

  settle(query: AnyQuery, outcome: NonNullable<FollowedQuery['settled']>['outcome']): void {
    for (const open of this.#open) {
      const index = open.queries.indexOf(query)
      const before = open.report.followed[index]
      if (!before || before.settled || before.how === 'marked-stale') continue
      const settled = { outcome, milliseconds: this.#now() - open.begun }
      this.#change(open, open.report.followed.with(index, { ...before, settled }))
    }
  }

  #change(open: Open, followed: readonly FollowedQuery[]): void {
    open.report = { ...open.report, followed }
    this.#tell(open.report)
  }
}

function followed(query: AnyQuery, how: FollowedQuery['how']): FollowedQuery {
  return { queryKey: query.queryKey as QueryKey, level: levelOf(query)!, how }
}
