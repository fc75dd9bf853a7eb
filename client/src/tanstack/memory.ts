import type { Query, QueryCacheNotifyEvent } from '@tanstack/query-core'
import { unknownAnswer, type Answer } from '../core/index.ts'
import type { Level } from './levels.ts'

export type AnyQuery = Query<any, any, any, any>

/** An answer a query function is about to hand to TanStack Query. */
export interface Handed {
  readonly answer: Answer
  /** True if the answer was known to be outdated, and is shown all the same (see read.ts). */
  readonly settledFor: boolean
}

interface Record {
  /** Counts the runs of the query function. */
  run: number
  handed?: Handed | undefined
  kept?: Handed | undefined
  data?: unknown
}

/**
 * Which answer each query's data came from. Kept here and not in TanStack's `isInvalidated` flag, which is not ours:
 *   the query is invalidated  ->  `setQueryData` or a reverted fetch clears the flag  ->  old data passes for fresh.
 */
export class Memory {
  readonly #records = new WeakMap<AnyQuery, Record>()

  /** The answer behind a query's data; one that any invalidation outdates when it is not known. */
  answerOf(query: AnyQuery): Answer {
    return this.knownAnswerOf(query) ?? unknownAnswer
  }

  /** The answer behind a query's data, if it was read through here. */
  knownAnswerOf(query: AnyQuery): Answer | undefined {
    return this.#records.get(query)?.kept?.answer
  }

  /** Takes over the answer behind data that was read elsewhere, by the server that rendered the page. */
  adopt(query: AnyQuery, answer: Answer): void {
    const record = this.#recordOf(query)
    record.kept = { answer, settledFor: false }
    record.data = query.state.data
  }

  /** A run of the query function begins. */
  beginRun(query: AnyQuery): number {
    return ++this.#recordOf(query).run
  }

  /** True if the query function was run again since: the fetch of the earlier run was cancelled. */
  isSuperseded(query: AnyQuery, run: number): boolean {
    return this.#recordOf(query).run !== run
  }

  /**
   * A run ends with an answer. It becomes the query's answer only when its data becomes the query's data:
   *   read 1 is sent  ->  cancelled, read 2 is sent  ->  read 1 answers late: TanStack drops its data, we drop its answer.
   */
  hand(query: AnyQuery, run: number, handed: Handed): void {
    if (!this.isSuperseded(query, run)) this.#recordOf(query).handed = handed
  }

  /** Follows TanStack's own account of what became of the data. Returns what was taken over, if anything was. */
  observe(event: QueryCacheNotifyEvent): Handed | undefined {
    if (event.type !== 'updated') return undefined
    const record = this.#records.get(event.query)
    if (!record) return undefined
    if (event.action.type === 'success' && !event.action.manual && record.handed) {
      record.kept = record.handed
      record.handed = undefined
      record.data = event.query.state.data
      return record.kept
    }
    // State put in from outside (hydration, a persister): data we did not read. A reverted fetch puts back our own.
    if (event.action.type === 'setState' && event.query.state.data !== record.data) record.kept = undefined
    return undefined
  }

  #recordOf(query: AnyQuery): Record {
    let record = this.#records.get(query)
    if (!record) this.#records.set(query, (record = { run: 0 }))
    return record
  }
}

/** The level of a query that Freshet manages; undefined for all others. */
export function levelOf(query: AnyQuery): Level | undefined {
  return (query.meta as { freshet?: { level: Level } } | undefined)?.freshet?.level
}
