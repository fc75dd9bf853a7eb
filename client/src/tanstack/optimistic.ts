import type { QueryClient, QueryKey } from '@tanstack/query-core'
import { FreshetError, type OnProblem } from '../core/index.ts'
import type { AnyQuery, RecordOf } from './memory.ts'
import type { FreshQueryOptions } from './query.ts'

/** A change shown before the server has answered. Made by {@link change}, for medium and low queries only. */
export interface OptimisticChange {
  readonly queryKey: QueryKey
  readonly level: 'medium' | 'low'
  readonly update: (data: any) => unknown
  /** Shows all changes of a mutation, or none where one is refused. Returns the way to settle them: with false they are taken back. */
  readonly show: (changes: readonly OptimisticChange[], reachesHigh: boolean | undefined, host: OptimisticHost) => Promise<(succeeded: boolean) => void>
}

/** Where changes are shown. */
export interface OptimisticHost {
  readonly queryClient: QueryClient
  readonly recordOf: RecordOf
  readonly problem: OnProblem
  /** Whether a refused change throws rather than being left out. Default: true on a page of localhost or 127.0.0.1. */
  readonly development: boolean | undefined
  /** Reads again what is outdated and was not read while it was held. */
  readonly catchUp: () => void
}

/**
 * What a query is going to show, if the mutation succeeds. A high query is a type error: what is wrong for a moment costs something
 * there. Nothing is changed while the query has no data.
 */
export function change<TData, TKey extends QueryKey>(
  { queryKey, meta }: FreshQueryOptions<TData, TKey, 'medium' | 'low'>, update: (data: TData) => TData,
): OptimisticChange {
  return { queryKey, level: meta.freshet.level, update, show: showAll }
}

const showAll: OptimisticChange['show'] = async (changes, reachesHigh, { queryClient, recordOf, problem, development, catchUp }) => {
  // For what types could not stop: options made at run time, or without the generated file.
  const refused = changes.find(({ level }: { level: string }) => reachesHigh || level === 'high')
  if (refused) {
    const detail = `Query '${String(refused.queryKey[0])}': ${reachesHigh ? 'the mutation reaches a high query' : 'level high'}, so nothing is shown before the server has answered. Leave out 'optimistic'.`
    if (development ?? /^(localhost|127\.0\.0\.1)$/.test(globalThis.location?.hostname ?? '')) throw new FreshetError(detail)
    problem('optimistic-refused', detail)
    return () => {}
  }
  const shown = await Promise.all(changes.map((each) => show(queryClient, recordOf, each)))
  return (succeeded) => {
    for (const settle of shown) settle(succeeded)
    catchUp()
  }
}

interface Pending {
  /** The data under all changes: what the server said last, and what has succeeded since. */
  base: unknown
  readonly changes: Set<(data: any) => unknown>
}

const pendings = new WeakMap<AnyQuery, Pending>()

/** Shows a change. Returns the way to settle it: with false it is taken back, and those of other mutations stay. */
async function show(queryClient: QueryClient, recordOf: RecordOf, { queryKey, update }: OptimisticChange): Promise<(succeeded: boolean) => void> {
  const query: AnyQuery | undefined = queryClient.getQueryCache().find({ queryKey })
  // A first read goes on: called off, nobody would begin it again.
  if (query?.state.data === undefined) return () => {}
  await queryClient.cancelQueries({ queryKey, exact: true })
  const pending = pendings.get(query) ?? { base: query.state.data, changes: new Set() }
  pendings.set(query, pending)
  pending.changes.add(update)
  const record = recordOf(query)
  record.held = true
  queryClient.setQueryData(queryKey, update(query.state.data))
  return (succeeded) => {
    pending.changes.delete(update)
    if (succeeded) pending.base = update(pending.base)
    else queryClient.setQueryData(queryKey, [...pending.changes].reduce((data, each) => each(data), pending.base))
    // Only the last one lets it be read again.
    if (pending.changes.size > 0) return
    pendings.delete(query)
    record.held = false
  }
}
