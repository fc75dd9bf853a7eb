import type { DataTag, Query, QueryFunctionContext, QueryKey } from '@tanstack/query-core'
import type { Level, Wish } from './levels.ts'
import type { Reader } from './read.ts'

/** A query function's context: TanStack Query's, and what to read with. */
export type ReadContext<TKey extends QueryKey> = QueryFunctionContext<TKey> & Reader

/** How to read, and at which level. The level is required: somebody has to decide what a wrong number costs. */
export type QueryDeclaration<TData, TKey extends QueryKey, TLevel extends Level = Level> = Wish & {
  readonly queryKey: TKey
  readonly level: TLevel
  /** The screens it is shown on. High queries of one screen are shown together. */
  readonly screens?: readonly string[]
} & HowToRead<TData, TKey>

/** How to read a query. */
export type HowToRead<TData, TKey extends QueryKey> =
  | {
      /** Read with GET, as JSON. */
      readonly url: string
      readonly init?: RequestInit
      readonly queryFn?: never
    }
  | {
      /** For anything that is not one GET. Read with `context.read` or `context.fetch`, so that the answers are known. */
      readonly queryFn: (context: ReadContext<TKey>) => Promise<TData>
      readonly url?: never
      readonly init?: never
    }

/**
 * Ordinary TanStack Query options. Spread them to add others (`enabled`, `select`, `placeholderData`, ...); replacing
 * one of these five takes the query out of Freshet's hands.
 */
export interface FreshQueryOptions<TData, TKey extends QueryKey, TLevel extends Level = Level> {
  queryKey: DataTag<TKey, TData, Error>
  queryFn: (context: QueryFunctionContext<TKey>) => Promise<TData>
  staleTime: (query: Query<TData, Error, TData, any>) => number
  refetchOnWindowFocus: boolean | 'always'
  refetchOnMount: (query: Query<TData, Error, TData, any>) => boolean
  /** `screens`: those of a high query, on which it is shown together with others. */
  meta: { freshet: { level: TLevel; screens: readonly string[] | undefined } }
}
