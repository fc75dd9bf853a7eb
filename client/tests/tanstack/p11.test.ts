import { QueryClient, QueryObserver } from '@tanstack/query-core'
import { describe, expect, test } from 'vitest'
import { quiet, tab } from '../support/bench.ts'
import { envelope, FakeServer, read, wrote } from '../support/fake-server.ts'

/**
 * DESIGN 10, P11: the same steps on TanStack Query alone, as an application writes them (the event arrives, its queries are
 * invalidated), and through Freshet. The source goes from 1 to 2 while a read runs, or just before.
 */
interface Bench {
  readonly server: FakeServer
  readonly queryClient: QueryClient
  options(url: string): any
  /** The event arrives: the mutation that caused it has answered. */
  event(how?: object): Promise<void>
}

function plain(): Bench {
  const server = new FakeServer()
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false, gcTime: Infinity, staleTime: 30_000 } } })
  return {
    server, queryClient,
    options: (url) => ({ queryKey: [url], queryFn: async () => (await server.fetch(url)).json() }),
    event: async (how = {}) => void queryClient.invalidateQueries({ queryKey: ['/a'], ...how }, how),
  }
}

function fresh(): Bench {
  const t = tab()
  return {
    server: t.server, queryClient: t.queryClient,
    options: (url) => t.query(url, 'medium'),
    event: async (how) => {
      await t.mutate(envelope('paid'), wrote(6, 'a'))
      if (how) void t.queryClient.invalidateQueries({ queryKey: ['/a'], ...how }, how) // the application's own habits do no harm
    },
  }
}

/** What a panel that is mounted in the end shows, and whether anything says that it is old. */
async function shownIn({ server, queryClient, options }: Bench): Promise<{ data: unknown; isStale: boolean }> {
  const observer = new QueryObserver(queryClient, options('/a'))
  const stop = observer.subscribe(() => {})
  await quiet()
  // Whatever is asked for now is answered by a source that says 2.
  for (let i = 0; i < 4; i++) {
    const asked = await Promise.race([server.asked('/a'), quiet().then(() => undefined)])
    asked?.answer(2, read(6, 6, 'a'))
    await quiet()
  }
  const { data, isStale } = observer.getCurrentResult()
  stop()
  return { data, isStale }
}

const first = async ({ server, queryClient, options }: Bench) => {
  const fetched = queryClient.fetchQuery(options('/a'))
  ;(await server.asked('/a')).answer(1, read(5, 5, 'a'))
  await fetched
}

const rows: Record<string, (bench: Bench) => Promise<void>> = {
  'the first read is in flight when the event arrives': async (bench) => {
    const fetched = bench.queryClient.prefetchQuery(bench.options('/a'))
    const asked = await bench.server.asked('/a')
    await bench.event()
    asked.answer(1, read(5, 5, 'a'))
    await answerRest(bench)
    await fetched
  },
  'a read that nobody watches is in flight': async (bench) => {
    await first(bench)
    const fetched = bench.queryClient.prefetchQuery({ ...bench.options('/a'), staleTime: 0 })
    const asked = await bench.server.asked('/a')
    await bench.event()
    asked.answer(1, read(5, 5, 'a'))
    await answerRest(bench)
    await fetched
  },
  "refetchType: 'none', and a read in flight": async (bench) => {
    await first(bench)
    const stop = new QueryObserver(bench.queryClient, bench.options('/a')).subscribe(() => {})
    void bench.queryClient.refetchQueries({ queryKey: ['/a'] })
    const asked = await bench.server.asked('/a')
    await bench.event({ refetchType: 'none' })
    asked.answer(1, read(5, 5, 'a'))
    await answerRest(bench)
    stop()
  },
  'cancelRefetch: false joins the read in flight': async (bench) => {
    await first(bench)
    const stop = new QueryObserver(bench.queryClient, bench.options('/a')).subscribe(() => {})
    void bench.queryClient.refetchQueries({ queryKey: ['/a'] })
    const asked = await bench.server.asked('/a')
    await bench.event({ cancelRefetch: false })
    asked.answer(1, read(5, 5, 'a'))
    await answerRest(bench)
    stop()
  },
  'setQueryData clears the flag': async (bench) => {
    await first(bench)
    await bench.event()
    bench.queryClient.setQueryData(['/a'], 1) // an optimistic update taken back, a websocket's old payload
  },
}

async function answerRest({ server }: Bench): Promise<void> {
  for (let i = 0; i < 3; i++) {
    const asked = await Promise.race([server.asked('/a'), quiet().then(() => undefined)])
    asked?.answer(2, read(6, 6, 'a'))
    await quiet()
  }
}

describe.each(Object.entries(rows))('%s', (_, steps) => {
  test('TanStack Query alone keeps the old data, and calls it fresh', async () => {
    const bench = plain()
    await steps(bench)
    expect(await shownIn(bench)).toEqual({ data: 1, isStale: false })
  })

  test('through Freshet it is read again', async () => {
    const bench = fresh()
    await steps(bench)
    expect(await shownIn(bench)).toEqual({ data: 2, isStale: false })
  })
})
