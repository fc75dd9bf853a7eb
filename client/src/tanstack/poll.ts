import type { QueryKey } from '@tanstack/query-core'
import type { Freshet } from './freshet.ts'
import type { FreshQueryOptions } from './query.ts'

/** How long and how often to ask. */
export interface PollOptions {
  /** Milliseconds after which it is given up. Default: 30,000. */
  readonly timeout?: number
  /** Milliseconds between two reads, the first time; each pause is half as long again as the last, up to 5,000. Default: 1,000. */
  readonly interval?: number
  /** Ends it as a timeout does. */
  readonly signal?: AbortSignal
}

/** What became of it. A timeout is an outcome, not an error: the page says that it takes longer than usual. */
export interface Polled<TData> {
  readonly outcome: 'done' | 'timeout'
  /** What was read last; undefined if nothing was. */
  readonly data: TData | undefined
}

/** Reads a query until it says so, for a redirect that comes before its webhook: at once when something is invalidated, else at intervals. */
export async function pollUntil<TData, TKey extends QueryKey>(
  { queryClient, observe }: Pick<Freshet, 'queryClient' | 'observe'>, query: FreshQueryOptions<TData, TKey, any>, isDone: (data: TData) => boolean,
  { timeout = 30_000, interval = 1_000, signal }: PollOptions = {},
): Promise<Polled<TData>> {
  let data: TData | undefined
  let ended = signal?.aborted ?? false
  let wake = () => {}
  const end = () => {
    ended = true
    wake()
  }
  const timer = setTimeout(end, timeout)
  signal?.addEventListener('abort', end)
  let told = false
  const stop = observe({
    begin() {
      told = true
      wake()
    },
  })
  try {
    for (let pause = interval; !ended; pause = Math.min(pause * 1.5, 5_000)) {
      told = false // before the read: what is told while it runs is not waited for
      const read = queryClient.fetchQuery({ ...(query as any), staleTime: 0, retry: false })
      // A read that failed is one that was not done: the server may be starting.
      await new Promise<void>((resolve) => {
        wake = () => ended && resolve()
        read.then((answer) => (data = answer as TData), () => {}).finally(resolve)
      })
      if (data !== undefined && isDone(data)) return { outcome: 'done', data }
      if (ended || told) continue
      await new Promise<void>((resolve) => {
        const next = setTimeout(resolve, pause)
        wake = () => {
          clearTimeout(next)
          resolve()
        }
      })
    }
    return { outcome: 'timeout', data }
  } finally {
    stop()
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
  }
}
