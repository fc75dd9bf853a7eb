import type { QueryClient, QueryKey } from '@tanstack/query-core'
import {
  FreshetError, FreshnessClient, tell, type Answer, type Applied, type Fetch, type HeardRecord, type Invalidation, type OnProblem, type Problem, type Stream, type StreamStatus,
} from '../core/index.ts'
import type { DeclaredQuery, Manifest } from './declared.ts'
import { follow } from './follow.ts'
import { policies, policyFor, type Level, type Wish } from './levels.ts'
import { followLife } from './life.ts'
import { Memory } from './memory.ts'
import { sendMutation, type FreshMutationOptions, type MutationDeclaration } from './mutation.ts'
import type { FreshQueryOptions, HowToRead, QueryDeclaration, ReadContext } from './query.ts'
import { readUntilFresh, type Reader } from './read.ts'
import type { FollowObserver } from './reports.ts'
import { Screens } from './screens.ts'

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

/** Answers by query hash: what a page that was rendered on the server says of the data it brings. */
export type DehydratedAnswers = Readonly<Record<string, Answer>>

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
  /** The answers behind all data, to be sent along with TanStack's `dehydrate`. */
  dehydrate(): DehydratedAnswers
  /** Takes over the answers of {@link Freshet.dehydrate}, after TanStack's `hydrate`. Data of which nothing is known stays outdated by anything. */
  hydrate(answers: DehydratedAnswers): void
  /** Tells what follows an invalidation, as it happens. Returns the way to stop. `onInvalidation(freshet, ...)` makes reports of it. */
  observe(observer: FollowObserver): () => void
  /** Tells each record of the stream that concerns this person, whether something here followed or not. Returns the way to stop. */
  onRecord(listener: (record: HeardRecord) => void): () => void
  /** Tells how this tab hears, now and whenever that changes. Returns the way to stop. */
  onStream(listener: (status: StreamStatus) => void): () => void
  /** Follows the stream, from the first answer on. Does nothing without one. */
  start(): void
  /** Follows the stream no longer. What this tab does itself is followed all the same. */
  stop(): void
  /** Stops everything. */
  close(): void
}

/** Connects a TanStack query client with a Freshet server. One per tab, query client and keyspace. */
export function createFreshet({ queryClient, fetch, stream, manifest, onProblem, development }: FreshetOptions): Freshet {
  const told = new Set<string>()
  const problem: OnProblem = (code, detail) => {
    const text = `Freshet: ${code} ${detail ?? ''}`
    // A panel asks for its options each time it is drawn.
    const isNew = !told.has(text)
    told.add(text)
    if (onProblem && (isNew || code !== 'policy')) onProblem({ code, detail })
    else if (!onProblem && isNew) console.warn(text)
  }
  const isDevelopment = development ?? /^(localhost|127\.0\.0\.1)$/.test(globalThis.location?.hostname ?? '')
  const send: Fetch = fetch ?? ((input, init) => globalThis.fetch(input, init))
  const client = new FreshnessClient(send, problem)
  client.manifest = manifest?.catalog
  const memory = new Memory()
  const screens = new Screens(client, queryClient, memory, problem)
  const observers = new Set<FollowObserver>()
  const observe = (what: (observer: FollowObserver) => void) => tell([...observers].map((observer) => () => what(observer)), undefined)
  const { catchUp, stop: stopFollowing } = follow(queryClient, client, memory, observe)

  const records = new Set<(record: HeardRecord) => void>()
  client.onRecord = (record) => {
    for (const { type } of manifest ? record.events : []) if (!manifest!.events.includes(type)) problem('unknown-event', type)
    tell(records, record)
  }
  const watchers = new Set<(status: StreamStatus) => void>()
  const tabs = stream?.(client, send, problem, (status) => tell(watchers, status))
  let isStarted = false
  const stopLife = followLife({
    start: () => isStarted && tabs?.start(),
    stop: () => tabs?.stop(),
    pause: () => tabs?.pause(),
    wake: () => {
      tabs?.wake()
      catchUp()
    },
  })

  const queryOf = (queryKey: QueryKey) =>
    queryClient.getQueryCache().get(queryClient.defaultQueryOptions({ queryKey }).queryHash)

  const listening = <T>(listeners: Set<T>) => (listener: T) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  function optionsOf(declaration: QueryDeclaration<any, any>, declared: { staleTime: number; refetchOnWindowFocus: boolean | 'always' }): FreshQueryOptions<any, any, any> {
    const { queryKey, level } = declaration
    const policy = policyFor(String(queryKey[0]), declared, declaration, problem)
    return {
      queryKey,
      async queryFn(context) {
        if (context.client !== queryClient) {
          throw new FreshetError(`Query '${String(queryKey[0])}' runs in a query client that Freshet does not follow. ` +
            `Create one Freshet for each query client, and take a query's options from its own.`)
        }
        const query = queryOf(context.queryKey)
        const run = query ? memory.beginRun(query) : 0
        const flight = query && level === 'high' && declaration.screens?.length ? screens.begin(query, declaration.screens) : undefined
        try {
          const { data, handed } = await readUntilFresh(client, level, reading(declaration, context), {
            isCalledOff: () => query !== undefined && memory.isSuperseded(query, run),
            onReread: (answer) => query && observe((observer) => observer.reread(query, answer)),
            arrive: (data, answer) => flight && screens.arrive(flight, data, answer),
          })
          if (query) memory.hand(query, run, handed)
          return data
        } finally {
          if (flight) screens.end(flight)
        }
      },
      staleTime: (query) => (client.isOutdated(memory.answerOf(query)) ? 0 : policy.staleTime),
      refetchOnWindowFocus: policy.refetchOnWindowFocus,
      refetchOnMount: true,
      meta: { freshet: { level } },
    }
  }

  return {
    queryClient,
    fetch: (input, init) => client.fetch(input, init),
    apply: (answer, response) => client.apply(answer, response),
    observe: listening(observers),
    onRecord: listening(records),
    onStream(listener) {
      if (tabs) listener(tabs.status)
      return listening(watchers)(listener)
    },

    start() {
      isStarted = true
      tabs?.start()
    },
    stop() {
      isStarted = false
      tabs?.stop()
    },
    close() {
      isStarted = false
      tabs?.stop()
      stopLife()
      stopFollowing()
    },

    answerOf(queryKey) {
      const query = queryOf(queryKey)
      const answer = query && memory.knownAnswerOf(query)
      return answer && { ...answer, outdated: client.isOutdated(answer) }
    },

    dehydrate: () => Object.fromEntries(queryClient.getQueryCache().getAll().flatMap((query) => {
      const answer = memory.knownAnswerOf(query)
      return answer ? [[query.queryHash, answer]] : []
    })),

    hydrate(answers) {
      for (const [hash, { stamp: _, ...answer }] of Object.entries(answers)) {
        const query = queryClient.getQueryCache().get(hash)
        if (!query) continue
        const adopted = { ...answer, stamp: { sequence: 0, confirmed: false } }
        memory.adopt(query, adopted)
        client.adopt(adopted)
      }
    },

    query(first: QueryDeclaration<any, any> | DeclaredQuery<any, any>, args?: unknown, how?: object) {
      if (!('name' in first)) return optionsOf(first, policies[first.level])
      return optionsOf({ queryKey: [first.name, args], level: first.level, screens: first.screens, ...how } as QueryDeclaration<any, any>, first)
    },

    mutation({ mutationKey, request, of: declared, optimistic: changes }) {
      return {
        ...(mutationKey && { mutationKey }),
        async mutationFn(variables) {
          const shown = changes && (await Promise.all(allowed(changes(variables), declared?.reachesHigh === true).map(({ show }) => show(queryClient))))
          let succeeded = false
          try {
            const data = await sendMutation<any>(client, request(variables))
            succeeded = true
            return data
          } finally {
            shown?.forEach((settle) => settle(succeeded))
            if (shown?.length) catchUp()
          }
        },
      }
    },
  }

  // For what types could not stop: options made at run time, or without the generated file.
  function allowed<T extends { queryKey: QueryKey; level: Level }>(changes: readonly T[], reachesHigh: boolean): readonly T[] {
    const refused = changes.find(({ level }) => reachesHigh || level === 'high')
    if (!refused) return changes
    const detail = `Query '${String(refused.queryKey[0])}': ${reachesHigh ? 'the mutation reaches a high query' : 'level high'}, so nothing is shown before the server has answered. Leave out 'optimistic'.`
    if (isDevelopment) throw new FreshetError(detail)
    problem('optimistic-refused', detail)
    return []
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
