import { QueryClient } from '@tanstack/query-core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { DeclaredQuery } from '../../src/index.ts'
import { tab } from '../support/bench.ts'
import { envelope, read, wrote } from '../support/fake-server.ts'

afterEach(() => vi.restoreAllMocks())

describe('the level decides', () => {
  test.each([
    ['high', 0, true],
    ['medium', 30_000, true],
    ['low', 300_000, false],
  ] as const)('%s: stale after %d ms, read on focus: %s', async (level, staleTime, onFocus) => {
    const t = tab()
    await t.shown('/a', level, 1, read(1, 1, 'a'))
    const options = t.query('/a', level)
    const query = t.queryClient.getQueryCache().find<string, Error, string>({ queryKey: ['/a'] })!
    expect(options.staleTime(query)).toBe(staleTime)
    expect(options.refetchOnWindowFocus).toBe(onFocus)
  })

  test('a caller may tighten without a word', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const t = tab()
    const options = t.freshet.query({ queryKey: ['/a'], url: '/a', level: 'low', staleTime: 1_000, refetchOnWindowFocus: true })
    t.queryClient.setQueryData(['/a'], 1)
    expect(options.staleTime(t.queryClient.getQueryCache().find({ queryKey: ['/a'] })!)).toBe(1_000)
    expect(options.refetchOnWindowFocus).toBe(true)
    expect(warn).not.toHaveBeenCalled()
  })

  test('loosening is not taken, and told once', () => {
    const t = tab()
    const declare = () => t.freshet.query({ queryKey: ['/a'], url: '/a', level: 'high', staleTime: 60_000, refetchOnWindowFocus: false })
    declare()
    const options = declare()
    expect(options.refetchOnWindowFocus).toBe(true)
    expect(t.problems).toEqual([
      { code: 'policy', detail: expect.stringMatching(/staleTime 60000 loosens 0/) },
      { code: 'policy', detail: expect.stringMatching(/refetchOnWindowFocus false loosens true/) },
    ])
  })

  test('a generated query says its own policy, key and level (S20)', async () => {
    const t = tab()
    const badge = { name: 'badge', level: 'low', staleTime: 7_000, refetchOnWindowFocus: true, screens: [] } as DeclaredQuery<string, number, 'low'>
    const options = t.freshet.query(badge, 'acc_1', { url: '/badge', staleTime: 9_000 })
    expect([options.queryKey, options.meta.freshet.level, options.refetchOnWindowFocus]).toEqual([['badge', 'acc_1'], 'low', true])
    expect(t.problems).toHaveLength(1)
    t.show(options)
    ;(await t.server.asked('/badge')).answer(3, read(1, 1, 'a'))
    await t.idle(['badge', 'acc_1'])
    expect(options.staleTime(t.queryClient.getQueryCache().find({ queryKey: ['badge', 'acc_1'] })!)).toBe(7_000)
  })
})

test('data made of several answers is touched by a tag of any of them', async () => {
  const t = tab()
  t.show(t.freshet.query({
    queryKey: ['both'], level: 'high',
    queryFn: async ({ read }) => [await read<number>('/one'), await read<number>('/two')],
  }))
  ;(await t.server.asked('/one')).answer(1, read(3, 9, 'a'))
  ;(await t.server.asked('/two')).answer(2, read(5, 8, 'b'))
  await t.idle('both')
  expect(t.freshet.answerOf(['both'])).toMatchObject({ interval: { loadedAt: 5, validAt: 8 }, tags: ['a', 'b'], outdated: false })
  await t.mutate(envelope({}), wrote(10, 'b'))
  await t.server.asked('/one')
})

test('data that was read past the reader is of unknown origin: any mutation outdates it', async () => {
  const t = tab()
  t.show(t.freshet.query({ queryKey: ['elsewhere'], level: 'medium', queryFn: async () => t.server.log.length }))
  await t.idle('elsewhere')
  expect([t.isStale('elsewhere'), t.freshet.answerOf(['elsewhere'])?.tags]).toEqual([false, ['*']])
  await t.mutate(envelope({}), wrote(10, 'b'))
  await t.idle('elsewhere')
  expect([t.isStale('elsewhere'), t.data('elsewhere')]).toEqual([false, 1]) // read again, after the write
})

test('a read that cannot be cancelled goes on when its panel goes away: only one that looks at the signal is called off', async () => {
  const t = tab()
  const heedless = t.freshet.query<string, [string]>({ queryKey: ['/a'], level: 'medium', queryFn: ({ read }) => read('/a') })
  const heedful = t.freshet.query<string, [string]>({ queryKey: ['/b'], level: 'medium', queryFn: ({ read, signal }) => read('/b', { signal }) })
  const hides = [heedless, heedful].map((options) => t.show(options))
  const [a, b] = [await t.server.asked('/a'), await t.server.asked('/b')]
  for (const hide of hides) hide()
  a.answer('a', read(1, 1, 'a'))
  await t.idle('/a')
  expect([t.data('/a'), b.aborted(), t.data('/b')]).toEqual(['a', true, undefined])
})

test('an error is shown, and the data that was there stays outdated', async () => {
  const t = tab()
  await t.shown('/a', 'medium', 'old', read(3, 5, 'a'))
  await t.mutate(envelope({}), wrote(6, 'a'))
  ;(await t.server.asked('/a')).answer({ title: 'Down', detail: 'Back soon.' }, {}, 503)
  await t.idle('/a')
  expect(t.state('/a')).toMatchObject({ status: 'error', data: 'old', error: { message: expect.stringMatching(/^GET \/a answered 503 \(Down\)\./), problem: { title: 'Down', detail: 'Back soon.' } } })
  expect(t.isStale('/a')).toBe(true)
})

test('a query client that Freshet does not follow is refused, though the one that it follows has a query of that key', async () => {
  const other = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const t = tab()
  await expect(other.fetchQuery(t.query('/a'))).rejects.toThrow(/Create one Freshet/)
  t.queryClient.setQueryData(['/a'], 'mine')
  await expect(other.fetchQuery(t.query('/a'))).rejects.toThrow(/Create one Freshet/)
  expect(t.server.log).toEqual([])
})
