import { QueryClient, QueryObserver, notifyManager, type QueryKey } from '@tanstack/query-core'
import { createFreshet, onInvalidation, type Fetch, type FreshetOptions, type FreshQueryOptions, type InvalidationReport, type Level, type Problem } from '../../src/index.ts'
import { FakeServer } from './fake-server.ts'

notifyManager.setScheduler(queueMicrotask)

declare function setImmediate(callback: () => void): void

/** A tab: a query client, its Freshet, and a server in the test's hand. */
export function tab(more: Partial<FreshetOptions> = {}, server = new FakeServer(), fetch: Fetch = server.fetch) {
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false, gcTime: Infinity } } })
  const clock = { now: 0 }
  const problems: Problem[] = []
  const freshet = createFreshet({ queryClient, fetch, onProblem: (problem) => problems.push(problem), ...more })
  const reports: InvalidationReport[] = []
  onInvalidation(freshet, (report) => reports.push(report), () => clock.now)

  return {
    server, queryClient, freshet, clock, reports, problems,

    /** The query that reads `url`, with the url as its key. */
    query: (url: string, level: Level = 'high') => freshet.query<string, [string]>({ queryKey: [url], url, level }),

    /** Puts a query on the page. Returns the way to take it off. */
    show<TData, TKey extends QueryKey>(options: FreshQueryOptions<TData, TKey>): () => void {
      return new QueryObserver(queryClient, options as never).subscribe(() => {})
    },

    /** A query on the page that has answered once. */
    async shown(url: string, level: Level, data: unknown, headers: Record<string, string>): Promise<() => void> {
      const hide = this.show(this.query(url, level))
      ;(await server.asked(url)).answer(data, headers)
      await this.idle(url)
      return hide
    },

    /** Sends a mutation and lets it be answered. */
    async mutate(data: unknown, headers: Record<string, string>): Promise<unknown> {
      const sent = freshet.mutation<unknown>({ request: () => ({ url: '/write' }) }).mutationFn()
      ;(await server.asked('/write')).answer(data, headers)
      return sent
    },

    /** Sends a mutation that fails. */
    async mutateFailing(status: number, headers: Record<string, string>): Promise<unknown> {
      const sent = freshet.mutation<unknown>({ request: () => ({ url: '/write' }) }).mutationFn()
      ;(await server.asked('/write')).answer({ title: 'Failed' }, headers, status)
      return sent
    },

    /** Resolves when a query reads no more. */
    idle(key: string | QueryKey): Promise<void> {
      const queryKey = typeof key === 'string' ? [key] : key
      return new Promise((resolve) => {
        const look = () => {
          if (queryClient.getQueryState(queryKey)?.fetchStatus !== 'idle') return
          stop()
          resolve()
        }
        const stop = queryClient.getQueryCache().subscribe(look)
        queueMicrotask(look)
      })
    },

    state: (url: string) => queryClient.getQueryState([url]),
    data: (url: string) => queryClient.getQueryData([url]),
    /** Whether a mount would read the query again. */
    isStale(url: string): boolean {
      const query = queryClient.getQueryCache().find({ queryKey: [url] })!
      return query.isStaleByTime((query.options as unknown as FreshQueryOptions<unknown, QueryKey>).staleTime(query))
    },
  }
}

/** Lets everything that is ready to run, run: for asserting that nothing more happens. No time passes for the code. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}
