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

/** The reports still watched. Older ones are told no more. */
const kept = 20

/** Tells listeners which queries followed an invalidation, and how long each took. */
export class Reports {
  readonly #now: () => number
  readonly #listeners = new Set<(report: InvalidationReport) => void>()
  readonly #open: Open[] = []

  /** @param now Milliseconds of a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now
  }

  subscribe(listener: (report: InvalidationReport) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** An invalidation was applied and reached these queries. */
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

  /** A read that was in flight turned out to be outdated by invalidations applied since it was sent. */
  reread(query: AnyQuery, answer: Answer): void {
    for (const open of this.#open) {
      const { id, tags, reset } = open.report
      const touched = reset || tags.includes(anyTag) || answer.tags.includes(anyTag) || answer.tags.some((tag) => tags.includes(tag))
      if (id <= answer.stamp.sequence || !touched || open.queries.includes(query)) continue
      open.queries.push(query)
      this.#change(open, [...open.report.followed, followed(query, 're-read')])
    }
  }

  /** A query's read came to an end: so it did for every invalidation that waits for it. */
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

  #tell(report: InvalidationReport): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(report)
      } catch (error) {
        queueMicrotask(() => { throw error }) // not hidden, and not in the way of the others
      }
    }
  }
}

function followed(query: AnyQuery, how: FollowedQuery['how']): FollowedQuery {
  return { queryKey: query.queryKey as QueryKey, level: levelOf(query)!, how }
}
