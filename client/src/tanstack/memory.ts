import type { Query, QueryCacheNotifyEvent, QueryKey } from '@tanstack/query-core'
import { unknownAnswer, type Answer } from '../core/index.ts'
import type { Level } from './levels.ts'
import type { FreshQueryOptions } from './query.ts'

export type AnyQuery = Query<any, any, any, any>

/** An answer a query function is about to hand to TanStack Query. */
export interface Handed {
  readonly answer: Answer
  /** True if the answer was known to be outdated, and is shown all the same (see read.ts). */
  readonly settledFor: boolean
}

interface Record {
  /** The last run of the query function. */
  run?: object
  /** What that run ended with, until it becomes the query's data. */
  handed?: Handed | undefined
  /** The answer behind the query's data, if it was read through here. */
  answer?: Answer | undefined
  data?: unknown
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

    /** A run of the query function begins. */
    beginRun(query: AnyQuery) {
      const record = recordOf(query)
      const run = (record.run = {})
      const isSuperseded = () => record.run !== run
      return {
        /** True if the query function was run again since: the fetch of this run was cancelled. */
        isSuperseded,

        /**
         * It ends with an answer. That becomes the query's answer only when its data becomes the query's data:
         *   read 1 is sent  ->  cancelled, read 2 is sent  ->  read 1 answers late: TanStack drops its data, we drop its answer.
         */
        hand(handed: Handed): void {
          if (!isSuperseded()) record.handed = handed
        },
      }
    },

    /** Follows TanStack's own account of what became of the data. Returns what was taken over, if anything was. */
    observe(event: QueryCacheNotifyEvent): Handed | undefined {
      if (event.type !== 'updated') return undefined
      const { data } = event.query.state
      const record = recordOf(event.query)
      const { handed } = record
      const { type, manual } = event.action as { type: string; manual?: boolean }
      if (type === 'success' && !manual && handed) {
        Object.assign(record, { answer: handed.answer, handed: undefined, data })
        return handed
      }
      // State put in from outside (hydration, a persister): data we did not read. A reverted fetch puts back our own.
      if (type === 'setState' && data !== record.data) record.answer = undefined
      return undefined
    },
  }
}

const metaOf = (query: AnyQuery) => (query.meta as Partial<FreshQueryOptions<unknown, QueryKey>['meta']> | undefined)?.freshet

/** The level of a query that Freshet manages; undefined for all others. */
export const levelOf = (query: AnyQuery): Level | undefined => metaOf(query)?.level

/** The screens on which a query is shown together with others. */
export const screensOf = (query: AnyQuery): readonly string[] | undefined => metaOf(query)?.screens
