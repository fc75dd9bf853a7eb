import type { DataTag, QueryClient, QueryKey } from '@tanstack/query-core'
import { FreshetError, FreshnessClient, type Answer, type Applied, type Fetch, type Invalidation } from '../core/index.ts'
import { follow } from './follow.ts'
import { policyFor } from './levels.ts'
import { Memory } from './memory.ts'
import { sendMutation, type FreshMutationOptions, type MutationDeclaration } from './mutation.ts'
import type { FreshQueryOptions, QueryDeclaration, ReadContext } from './query.ts'
import { readUntilFresh, type Reader } from './read.ts'
import { Reports, type InvalidationReport } from './reports.ts'

export interface FreshetOptions {
  readonly queryClient: QueryClient
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch
  /** Milliseconds of a clock that never goes back; only measures, never orders. Default: `performance.now`. */
  readonly now?: () => number
}

/** Keeps one tab's queries as fresh as the mutations it made. */
export interface Freshet {
  /** `fetch`, with the token on reads. */
  readonly fetch: Fetch
  /** Options for `useQuery`, `prefetchQuery` and their kin. */
  query<TData, const TKey extends QueryKey = QueryKey>(declaration: QueryDeclaration<TData, TKey>): FreshQueryOptions<TData, TKey>
  /** Options for `useMutation`. */
  mutation<TData, TVariables = void>(declaration: MutationDeclaration<TVariables>): FreshMutationOptions<TData, TVariables>
  /**
   * Applies the answer of a mutation you sent yourself: its response (headers are enough), or its envelope. Send it
   * with {@link Freshet.fetch} and give the response too; then positions and tags are known, and no more is read
   * again than has to be.
   */
  apply(answer: Applied, response?: Response): Invalidation | undefined
  /** What is known of the answer behind a query's data; undefined if the query has none that was read through here. */
  answerOf(queryKey: QueryKey): (Answer & { readonly outdated: boolean }) | undefined
  /** Tells which queries followed each invalidation. Returns the way to stop. */
  onInvalidation(listener: (report: InvalidationReport) => void): () => void
  /** Stops following. */
  close(): void
}

/** Connects a TanStack query client with a Freshet server. One per tab, query client and keyspace. */
export function createFreshet({ queryClient, fetch, now }: FreshetOptions): Freshet {
  const client = new FreshnessClient(fetch ?? ((input, init) => globalThis.fetch(input, init)))
  const memory = new Memory()
  const reports = new Reports(now ?? (() => performance.now()))
  const warned = new Set<string>()
  const stop = follow(queryClient, client, memory, reports)

  const queryOf = (queryKey: QueryKey) =>
    queryClient.getQueryCache().get(queryClient.defaultQueryOptions({ queryKey }).queryHash)

  function warnOnce(queryKey: QueryKey, message: string): void {
    const text = `Freshet: query '${String(queryKey[0])}': ${message}`
    if (!warned.has(text)) console.warn(text)
    warned.add(text)
  }

  return {
    fetch: (input, init) => client.fetch(input, init),
    apply: (answer, response) => client.apply(answer, response),
    onInvalidation: (listener) => reports.subscribe(listener),
    close: stop,

    answerOf(queryKey) {
      const query = queryOf(queryKey)
      const answer = query && memory.knownAnswerOf(query)
      return answer && { ...answer, outdated: client.isOutdated(answer) }
    },

    query<TData, const TKey extends QueryKey>(declaration: QueryDeclaration<TData, TKey>): FreshQueryOptions<TData, TKey> {
      const { queryKey, level } = declaration
      const policy = policyFor(level, declaration, (message) => warnOnce(queryKey, message))
      return {
        queryKey: queryKey as DataTag<TKey, TData, Error>,
        async queryFn(context) {
          if (context.client !== queryClient) {
            throw new FreshetError(`Query '${String(queryKey[0])}' runs in a query client that Freshet does not follow. ` +
              `Create one Freshet for each query client, and take a query's options from its own.`)
          }
          const query = queryOf(context.queryKey)
          const run = query ? memory.beginRun(query) : 0
          const { data, handed } = await readUntilFresh(client, level, reading(declaration, context), {
            isCalledOff: () => query !== undefined && memory.isSuperseded(query, run),
            onReread: (answer) => query && reports.reread(query, answer),
          })
          if (query) memory.hand(query, run, handed)
          return data
        },
        staleTime: (query) => (client.isOutdated(memory.answerOf(query)) ? 0 : policy.staleTime),
        refetchOnWindowFocus: policy.refetchOnWindowFocus,
        refetchOnMount: true,
        meta: { freshet: { level } },
      }
    },

    mutation: ({ mutationKey, request }) => ({
      ...(mutationKey && { mutationKey }),
      mutationFn: (variables) => sendMutation(client, request(variables)),
    }),
  }
}

function reading<TData, TKey extends QueryKey>(declaration: QueryDeclaration<TData, TKey>, context: ReadContextBase<TKey>) {
  return ({ read, fetch }: Reader): Promise<TData> => {
    const { url, init, queryFn } = declaration
    if (url !== undefined) return read<TData>(url, { ...init, signal: context.signal })
    // Not a spread: TanStack notes who looks at `signal`, and cancels on unmount only the reads that can be cancelled.
    return queryFn(Object.defineProperties({ read, fetch }, Object.getOwnPropertyDescriptors(context)) as ReadContext<TKey>)
  }
}

type ReadContextBase<TKey extends QueryKey> = Omit<ReadContext<TKey>, keyof Reader>
