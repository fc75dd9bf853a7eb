import type { QueryClient, QueryKey } from '@tanstack/query-core'
import {
  createClient, FreshetError, unasked, unknownAnswer, type Answer, type Applied, type Fetch, type FreshnessClient, type Invalidation, type OnProblem, type Problem,
  type Stream, type StreamStatus,
} from '../core/index.ts'
import type { DeclaredQuery, Manifest } from './declared.ts'
import { follow } from './follow.ts'
import { policyFor, policyOf, type Level, type Policy, type Wish } from './levels.ts'
import { followLife } from './life.ts'
import { createMemory, type RecordOf } from './memory.ts'
import { sendMutation, type FreshMutationOptions, type MutationDeclaration } from './mutation.ts'
import type { Observer, Tell } from './observer.ts'
import type { FreshQueryOptions, HowToRead, QueryDeclaration } from './query.ts'
import { readUntilFresh } from './read.ts'
import { createScreens } from './screens.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } } // see error.ts

export interface FreshetOptions {
  readonly queryClient: QueryClient
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch
  /** `sharedStream('/freshet/stream')`. Default: none, and then only this tab's own mutations are followed. */
  readonly stream?: Stream
  /** The generated manifest. */
  readonly manifest?: Manifest
  /** Told of what no promise tells. Default: `console.warn`, each once. */
  readonly onProblem?: (problem: Problem) => void
  /** Whether a refused optimistic change throws rather than being left out. Default: true on a page of localhost or 127.0.0.1. */
  readonly development?: boolean
}

/** Keeps one tab's queries as fresh as the server says. */
export interface Freshet {
  readonly queryClient: QueryClient
  /** `fetch`, with the token on reads. */
  readonly fetch: Fetch
  /** Options for `useQuery`, `prefetchQuery` and their kin. */
  query<TData, const TKey extends QueryKey = QueryKey, const TLevel extends Level = Level>(
    declaration: QueryDeclaration<TData, TKey, TLevel>): FreshQueryOptions<TData, TKey, TLevel>
  /** The same for a generated query: key, level, screens, types and policy are its own. */
  query<TArgs, TData, TLevel extends Level>(
    query: DeclaredQuery<TArgs, TData, TLevel>, args: NoInfer<TArgs>, how: HowToRead<NoInfer<TData>, [string, TArgs]> & Wish): FreshQueryOptions<TData, [string, TArgs], TLevel>
  /** Options for `useMutation`. */
  mutation<TData, TVariables = void, TReachesHigh extends boolean = false>(
    declaration: MutationDeclaration<TVariables, TReachesHigh>): FreshMutationOptions<TData, TVariables>
  /**
   * Applies the answer of a mutation you sent yourself: its response (headers are enough), or its envelope. Send it
   * with {@link Freshet.fetch} and give the response too; then positions and tags are known, and no more is read
   * again than has to be.
   */
  apply(answer: Applied, response?: Response): Invalidation | undefined
  /** What is known of the answer behind a query's data; undefined if the query has none that was read through here. */
  answerOf(queryKey: QueryKey): (Answer & { readonly outdated: boolean }) | undefined
  /** Tells what happens: invalidations and what follows them, records of the stream, the stream itself. Returns the way to stop. */
  observe(observer: Observer): () => void
  /** Follows the stream, from the first answer on. Does nothing without one. */
  start(): void
  /** Follows the stream no longer. What this tab does itself is followed all the same. */
  stop(): void
  /** Stops everything. */
  close(): void
  /** @internal */
  readonly '~client': FreshnessClient
  /** @internal */
  readonly '~recordOf': RecordOf
}

/** Connects a TanStack query client with a Freshet server. One per tab, query client and keyspace. */
export function createFreshet({
  queryClient, fetch: send = (input, init) => fetch(input, init), stream, manifest, onProblem, development,
}: FreshetOptions): Freshet {
  /** Calls what is not ours. What it throws must not hide anything from the others, nor stop what is under way, nor be hidden itself. */
  const call = (theirs: () => void) => {
    try {
      theirs()
    } catch (error) {
      queueMicrotask(() => { throw error })
    }
  }
  const told = new Set<string>()
  const problem: OnProblem = (code, detail) => {
    const text = `Freshet: ${code} ${detail ?? ''}`
    // A panel asks for its options each time it is drawn.
    if (told.has(text) && (!onProblem || code === 'policy')) return
    told.add(text)
    if (onProblem) call(() => onProblem({ code, detail }))
    else console.warn(text)
  }
  const client = createClient(send, problem)
  const recordOf = createMemory()
  const beginRun = createScreens(client, queryClient, recordOf, problem)
  const observers = new Set<Observer>()
  const tell: Tell = (what, ...told) => {
    for (const observer of [...observers]) call(() => (observer[what] as ((...told: unknown[]) => void) | undefined)?.(...told))
  }
  const { catchUp, stop: stopFollowing } = follow(queryClient, client, recordOf, tell)

  client.manifest = manifest?.catalog
  client.onRecord = (record) => {
    for (const { type } of record.events) if (manifest && !manifest.events.includes(type)) problem('unknown-event', type)
    tell('record', record)
  }
  let status: StreamStatus | undefined
  const tabs = stream?.(client, send, problem, (now) => tell('stream', (status = now)))
  let isStarted = false
  const stop = () => {
    isStarted = false
    tabs?.stop()
  }
  const stopLife = followLife(() => {
    if (isStarted) tabs?.start()
    catchUp()
  }, tabs)

  const queryOf = (queryKey: QueryKey) => queryClient.getQueryCache().find({ queryKey })

  function optionsOf(declaration: QueryDeclaration<any, any>, declared: Policy): FreshQueryOptions<any, any, any> {
    const { queryKey, level, url, init, queryFn } = declaration
    const screens = level === 'high' ? declaration.screens : undefined
    const name = String(queryKey[0])
    const { staleTime, refetchOnWindowFocus } = policyFor(name, declared, declaration, problem)
    return {
      queryKey,
      async queryFn(context) {
        const query = context.client === queryClient && queryOf(context.queryKey)
        if (!query) {
          const hint = typeof process !== 'undefined' && process.env.NODE_ENV !== 'production' ? ' Create one Freshet for each query client.' : ''
          throw new FreshetError(`Query '${name}' runs in another query client.${hint}`)
        }
        const run = beginRun(query, screens)
        try {
          const { data, answer } = await readUntilFresh(client, level, run, (outdated) => tell('reread', query, outdated), (reader) =>
            queryFn
              // Not a spread: TanStack notes who looks at `signal`, and cancels on unmount only the reads that can be cancelled.
              ? queryFn(Object.assign(context, reader))
              : reader.read(url, { ...init, signal: context.signal }))
          // Its answer becomes the query's only when its data becomes the query's data:
          //   read 1 is sent  ->  cancelled, read 2 is sent  ->  read 1 answers late: TanStack drops its data, we drop its answer.
          if (!run.isCalledOff()) recordOf(query).handed = answer
          return data
        } finally {
          run.end()
        }
      },
      staleTime: (query) => (client.isOutdated(recordOf(query).answer) ? 0 : staleTime),
      refetchOnWindowFocus,
      // What a page brought along is not asked for before something outdates it: the stream begins where it stands, and tells.
      refetchOnMount(query) {
        const { answer } = recordOf(query)
        return !stream || answer.stamp !== unasked || client.isOutdated(answer)
      },
      meta: { freshet: { level, screens } },
    }
  }

  return {
    '~client': client,
    '~recordOf': recordOf,
    queryClient,
    fetch: client.fetch,
    apply: client.apply,
    observe(observer) {
      observers.add(observer)
      if (status) observer.stream?.(status)
      return () => void observers.delete(observer)
    },

    start() {
      isStarted = true
      tabs?.start()
    },
    stop,
    close() {
      stop()
      stopLife()
      stopFollowing()
    },

    answerOf(queryKey) {
      const query = queryOf(queryKey)
      const answer = query ? recordOf(query).answer : unknownAnswer
      return answer === unknownAnswer ? undefined : { ...answer, outdated: client.isOutdated(answer) }
    },

    query(first: QueryDeclaration<any, any> | DeclaredQuery<any, any>, args?: unknown, how?: object) {
      return 'name' in first
        ? optionsOf({ ...first, queryKey: [first.name, args], ...how } as unknown as QueryDeclaration<any, any>, first)
        : optionsOf(first, policyOf(first.level))
    },

    mutation({ mutationKey, request, of, optimistic }) {
      return {
        mutationKey: mutationKey!, // undefined is as good as none
        async mutationFn(variables) {
          const changes = optimistic?.(variables) ?? []
          const settle = await changes[0]?.show(changes, of?.reachesHigh, { queryClient, recordOf, problem, development, catchUp })
          let succeeded = false
          try {
            const data = await sendMutation(client, request(variables))
            succeeded = true
            return data as any
          } finally {
            settle?.(succeeded)
          }
        },
      }
    },
  }
}
