import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { quiet, tab } from '../support/bench.ts'
import { envelope, read, wrote } from '../support/fake-server.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** A tab whose first read of /a is in flight when a mutation outdates it. */
async function overtaken(level: 'high' | 'medium' | 'low') {
  const t = tab()
  t.show(t.query('/a', level))
  const first = await t.server.asked('/a')
  await t.mutate(envelope('paid'), wrote(6, 'a'))
  return { t, first }
}

describe('a server that keeps answering old data', () => {
  test('is asked again at once, after 100 ms and after 400 ms, and no more', async () => {
    const { t, first } = await overtaken('high')
    first.answer('old', read(5, 5, 'a'))
    for (const [pause, count] of [[0, 2], [100, 3], [400, 4]] as const) {
      await quiet()
      if (pause > 0) {
        await vi.advanceTimersByTimeAsync(pause - 1)
        await quiet()
        expect(t.server.count('GET /a')).toBe(count - 1)
        await vi.advanceTimersByTimeAsync(1)
      }
      ;(await t.server.asked('/a')).answer('old', read(5, 5, 'a'))
      expect(t.server.count('GET /a')).toBe(count)
    }
    await t.idle('/a')
    await vi.advanceTimersByTimeAsync(60_000)
    expect([t.data('/a'), t.isStale('/a'), t.server.count('GET /a')]).toEqual(['old', true, 4])
  })

  test('has no time to wait for where something else was invalidated meanwhile', async () => {
    const { t, first } = await overtaken('high')
    first.answer('old', read(5, 5, 'a'))
    const second = await t.server.asked('/a')
    await t.mutate(envelope('paid'), wrote(7, 'a'))
    second.answer('old', read(6, 6, 'a'))
    ;(await t.server.asked('/a')).answer('new', read(7, 7, 'a')) // no time has passed
    await t.idle('/a')
    expect(t.data('/a')).toBe('new')
  })
})

test('low takes the first answer, and stays outdated', async () => {
  const { t, first } = await overtaken('low')
  first.answer('old', read(5, 5, 'a'))
  await t.idle('/a')
  await vi.advanceTimersByTimeAsync(60_000)
  expect([t.data('/a'), t.isStale('/a'), t.server.count('GET /a')]).toEqual(['old', true, 1])
})

test('a read that was called off asks no more, though its answer is outdated', async () => {
  const t = tab()
  t.show(t.freshet.query<string, [string]>({ queryKey: ['/a'], level: 'high', queryFn: ({ read }) => read('/a') })) // heeds no signal
  ;(await t.server.asked('/a')).answer('first', read(5, 5, 'a'))
  await t.idle('/a')
  void t.queryClient.refetchQueries({ queryKey: ['/a'] })
  const cancelled = await t.server.asked('/a')
  await t.mutate(envelope('paid'), wrote(6, 'a'))
  const second = await t.server.asked('/a')
  cancelled.answer('old', read(5, 5, 'a'))
  await quiet()
  expect(t.server.count('GET /a')).toBe(3)
  second.answer('new', read(6, 6, 'a'))
  await t.idle('/a')
  expect(t.data('/a')).toBe('new')
})
