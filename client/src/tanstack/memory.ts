import type { Query, QueryKey } from '@tanstack/query-core'
import { unknownAnswer, type Answer } from '../core/index.ts'
import type { FreshQueryOptions } from './query.ts'

export type AnyQuery = Query<any, any, any, any>

interface Record {
  /** The last run of the query function. */
  run?: object
  /** The answer that it ended with, until its data becomes the query's. */
  handed?: Answer | undefined
  /** The answer behind the query's data, if it was read through here. */
  answer?: Answer | undefined
  data?: unknown
  /**
   * True while a change of the query is shown that its mutation has yet to confirm (see optimistic.ts): what is read meanwhile would take
   * it back, and come too early.
   */
  held?: boolean
}

/** Which answer each query's data came from. Made by {@link createMemory}. */
export type Memory = ReturnType<typeof createMemory>

/**
 * Kept here and not in TanStack's `isInvalidated` flag, which is not ours:
 *   the query is invalidated  ->  `setQueryData` or a reverted fetch clears the flag  ->  old data passes for fresh.
 */
export function createMemory() {
  const records = new WeakMap<AnyQuery, Record>()

  function recordOf(query: AnyQuery): Record {
    let record = records.get(query)
    if (!record) records.set(query, (record = {}))
    return record
  }

  return {
    recordOf,

    /** The answer behind a query's data; one that any invalidation outdates when it is not known. */
    answerOf: (query: AnyQuery): Answer => recordOf(query).answer ?? unknownAnswer,
  }
}

/** What Freshet keeps with a query's options; undefined for a query that it does not manage. */
export const metaOf = (query: AnyQuery) => (query.meta as Partial<FreshQueryOptions<unknown, QueryKey>['meta']> | undefined)?.freshet
