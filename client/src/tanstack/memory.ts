import type { Query, QueryKey } from '@tanstack/query-core'
import { unknownAnswer, type Answer } from '../core/index.ts'
import type { FreshQueryOptions } from './query.ts'
import type { Flight } from './screens.ts'

export type AnyQuery = Query<any, any, any, any>

interface Record {
  /** The last run of the query function. */
  run?: Flight
  /** The answer that it ended with, until its data becomes the query's. */
  handed?: Answer | undefined
  /** The answer behind the query's data: `unknownAnswer`, which any invalidation outdates, for data that was not read through here. */
  answer: Answer
  data?: unknown
  /**
   * True while a change of the query is shown that its mutation has yet to confirm (see optimistic.ts): what is read meanwhile would take
   * it back, and come too early.
   */
  held?: boolean
}

/** What is kept of a query. Made by {@link createMemory}. */
export type RecordOf = (query: AnyQuery) => Record

/**
 * Which answer each query's data came from. Kept here and not in TanStack's `isInvalidated` flag, which is not ours:
 *   the query is invalidated  ->  `setQueryData` or a reverted fetch clears the flag  ->  old data passes for fresh.
 */
export function createMemory(): RecordOf {
  const records = new WeakMap<AnyQuery, Record>()
  return (query) => {
    const record = records.get(query) ?? { answer: unknownAnswer }
    records.set(query, record)
    return record
  }
}

/** What Freshet keeps with a query's options; undefined for a query that it does not manage. */
export const metaOf = (query: AnyQuery) => (query.meta as Partial<FreshQueryOptions<unknown, QueryKey>['meta']> | undefined)?.freshet
