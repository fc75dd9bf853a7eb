import type { QueryClient, QueryKey } from '@tanstack/query-core'
import { hold, letGo } from './optimistic-hold.ts'
import type { AnyQuery } from './memory.ts'
import type { FreshQueryOptions } from './query.ts'

/** A change shown before the server has answered. Made by {@link change}, for medium and low queries only. */
export interface OptimisticChange {
  readonly queryKey: QueryKey
  readonly level: 'medium' | 'low'
  /** Shows it. Returns the way to settle it: with false it is taken back, and those of other mutations stay. */
  readonly show: (queryClient: QueryClient) => Promise<(succeeded: boolean) => void>
}

/**
 * What a query is going to show, if the mutation succeeds. A high query is a type error: what is wrong for a moment costs something
 * there. Nothing is changed while the query has no data.
 */
export function change<TData, TKey extends QueryKey>(
  { queryKey, meta }: FreshQueryOptions<TData, TKey, 'medium' | 'low'>, update: (data: TData) => TData,
): OptimisticChange {
  return { queryKey, level: meta.freshet.level, show: (queryClient) => show(queryClient, queryKey, update) }
}

interface Pending {
  /** The data under all changes: what the server said last, and what has succeeded since. */
  base: unknown
  readonly changes: Set<(data: any) => unknown>
}

const pendings = new WeakMap<AnyQuery, Pending>()

async function show(queryClient: QueryClient, queryKey: QueryKey, update: (data: any) => unknown): Promise<(succeeded: boolean) => void> {
  await queryClient.cancelQueries({ queryKey, exact: true })
  const query: AnyQuery | undefined = queryClient.getQueryCache().find({ queryKey })
  if (query?.state.data === undefined) return () => {}
  const pending = pendings.get(query) ?? { base: query.state.data, changes: new Set() }
  pendings.set(query, pending)
  pending.changes.add(update)
  hold(query)
  queryClient.setQueryData(queryKey, update(query.state.data))
  return (succeeded) => {
    pending.changes.delete(update)
    if (succeeded) pending.base = update(pending.base)
    else queryClient.setQueryData(queryKey, [...pending.changes].reduce((data, each) => each(data), pending.base))
    // Only the last one lets it be read again.
    if (pending.changes.size > 0) return
    pendings.delete(query)
    letGo(query)
  }
}
