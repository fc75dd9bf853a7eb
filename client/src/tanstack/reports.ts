import type { QueryKey } from '@tanstack/query-core'
import { overlap, type Answer, type Invalidation } from '../core/index.ts'
import type { Freshet } from './freshet.ts'
import type { Level } from './levels.ts'
import { metaOf, type AnyQuery } from './memory.ts'
import type { Observer } from './observer.ts'

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

/**
 * Tells which queries followed each invalidation, and how long each took. Returns the way to stop.
 * @param now Milliseconds of a clock that never goes back; only measures, never orders. Default: `performance.now`.
 */
export function onInvalidation(
  { queryClient, observe }: Pick<Freshet, 'queryClient' | 'observe'>, listener: (report: InvalidationReport) => void, now: () => number = () => performance.now(),
): () => void {
  const reports = new Reports(now, listener)
  const stops = [
    observe(reports),
    queryClient.getQueryCache().subscribe((event) => {
      const { type, query } = event
      const action = type === 'updated' ? event.action.type : type
      // A cancelled read is put back without a result.
      if (action === 'removed' || (action === 'setState' && query.state.fetchStatus === 'idle')) reports.end(query, 'cancelled')
      if (action === 'error') reports.end(query, 'failed')
    }),
  ]
  return () => stops.forEach((stop) => stop())
}

/** The reports still watched. Older ones are told no more. */
const kept = 20

class Reports implements Observer {
  readonly #now: () => number
  readonly #tell: (report: InvalidationReport) => void
  readonly #open: Open[] = []

  constructor(now: () => number, tell: (report: InvalidationReport) => void) {
    this.#now = now
    this.#tell = tell
  }

  begin(invalidation: Invalidation, reached: readonly AnyQuery[], refetched: readonly AnyQuery[]): void {
    const open: Open = {
      begun: this.#now(),
      queries: [...reached],
      report: { ...invalidation, followed: reached.map((query) => followed(query, refetched.includes(query) ? 'refetched' : 'marked-stale')) },
    }
    this.#open.push(open)
    if (this.#open.length > kept) this.#open.shift()
    this.#tell(open.report)
  }

  reread(query: AnyQuery, answer: Answer): void {
    for (const open of this.#open) {
      const { id, tags, reset } = open.report
      if (id <= answer.stamp.sequence || !(reset || overlap(tags, answer.tags)) || open.queries.includes(query)) continue
      open.queries.push(query)
      this.#change(open, [...open.report.followed, followed(query, 're-read')])
    }
  }

  settle(query: AnyQuery, outdated: boolean): void {
    this.end(query, outdated ? 'outdated' : 'fresh')
  }

  end(query: AnyQuery, outcome: NonNullable<FollowedQuery['settled']>['outcome']): void {
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
  return { queryKey: query.queryKey as QueryKey, level: metaOf(query)!.level, how }
}
