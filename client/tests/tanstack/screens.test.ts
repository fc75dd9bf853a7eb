import { notifyManager, QueryObserver } from '@tanstack/query-core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { quiet, tab } from '../support/bench.ts'
import { sharedStream } from '../../src/index.ts'
import { envelope, FakeServer, read, wrote } from '../support/fake-server.ts'
import { FakeStream } from '../support/fake-stream.ts'

declare function setImmediate(callback: () => void): void

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  // Each flush is a task of its own, as it is in a browser.
  notifyManager.setScheduler((flush) => setImmediate(flush))
})
afterEach(() => {
  vi.useRealTimers()
  notifyManager.setScheduler(queueMicrotask)
})

/** A tab whose two high queries stand on one screen, and what a person saw of both, each time something changed. */
async function screen(t = tab()) {
  const query = (url: string) => t.freshet.query<string, [string]>({ queryKey: [url], url, level: 'high', screens: ['desk'] })
  const observers = ['/a', '/b'].map((url) => new QueryObserver(t.queryClient, query(url) as never))
  const seen: string[] = []
  const drawn: unknown[] = [undefined, undefined]
  // As React's adapter does: what is told in one task is drawn together at its end, and each observer draws its own part.
  const stops = observers.map((observer, index) => observer.subscribe(notifyManager.batchCalls(() => {
    drawn[index] = observer.getCurrentResult().data
    queueMicrotask(() => {
      const now = drawn.join(' ')
      if (seen.at(-1) !== now) seen.push(now)
    })
  })))
  ;(await t.server.asked('/a')).answer('a1', read(5, 5, 'a'))
  ;(await t.server.asked('/b')).answer('b1', read(5, 5, 'b'))
  await quiet()
  expect(seen.at(-1)).toBe('a1 b1')
  seen.splice(0, seen.length - 1)
  return { t, seen, query, stops }
}

test('after a mutation both are shown together, whichever comes first', async () => {
  const { t, seen } = await screen()
  await t.mutate(envelope('paid'), wrote(6, 'a', 'b'))
  ;(await t.server.asked('/b')).answer('b2', read(6, 6, 'b'))
  await quiet()
  expect(seen).toEqual(['a1 b1']) // what was there stays: no flicker
  ;(await t.server.asked('/a')).answer('a2', read(6, 6, 'a'))
  await quiet()
  expect(seen).toEqual(['a1 b1', 'a2 b2'])
  expect(t.problems).toEqual([])
})

test('one that was loaded later than the other is known valid: the other is read again, and nothing is shown in between', async () => {
  const { t, seen } = await screen()
  await t.mutate(envelope('paid'), wrote(6, 'a', 'b'))
  ;(await t.server.asked('/b')).answer('b2', read(6, 6, 'b'))
  ;(await t.server.asked('/a')).answer('a3', read(7, 7, 'a')) // somebody else wrote at 7
  await quiet()
  expect(seen).toEqual(['a1 b1'])
  ;(await t.server.asked('/b')).answer('b3', read(7, 7, 'b'))
  await quiet()
  expect(seen).toEqual(['a1 b1', 'a3 b3'])
})

test('a read that was called off for another is waited for no longer, nor read again to agree', async () => {
  const { t, seen } = await screen()
  void t.queryClient.refetchQueries({ queryKey: ['/b'] })
  const slow = await t.server.asked('/b')
  void t.queryClient.refetchQueries({ queryKey: ['/a'] })
  ;(await t.server.asked('/a')).answer('a2', read(6, 6, 'a'))
  await quiet() // it waits for b
  void t.queryClient.refetchQueries({ queryKey: ['/a'] })
  ;(await t.server.asked('/a')).answer('a3', read(7, 7, 'a'))
  slow.answer('b2', read(7, 7, 'b'))
  await quiet()
  expect([seen, t.server.count('GET /a'), t.problems]).toEqual([['a1 b1', 'a3 b2'], 3, []])
})

test('one that is known valid long enough is not read again', async () => {
  const { t, seen } = await screen()
  await t.mutate(envelope('paid'), wrote(6, 'a', 'b'))
  ;(await t.server.asked('/b')).answer('b2', read(6, 9, 'b'))
  ;(await t.server.asked('/a')).answer('a3', read(9, 9, 'a'))
  await quiet()
  expect(seen).toEqual(['a1 b1', 'a3 b2'])
  expect(t.server.count('GET /b')).toBe(2)
})

test('the wait is bounded: then there is what there is, and it is told', async () => {
  const { t, seen } = await screen()
  await t.mutate(envelope('paid'), wrote(6, 'a', 'b'))
  ;(await t.server.asked('/b')).answer('b2', read(6, 6, 'b'))
  await quiet()
  await vi.advanceTimersByTimeAsync(3_000)
  await quiet()
  expect(seen).toEqual(['a1 b1', 'a1 b2'])
  expect(t.problems).toEqual([{ code: 'incoherent', detail: 'desk' }])
  ;(await t.server.asked('/a')).answer('a2', read(6, 6, 'a'))
  await quiet()
  expect(seen).toEqual(['a1 b1', 'a1 b2', 'a2 b2'])
})

test('a set that does not come to agree is shown after the bounded wait, and told', async () => {
  const { t, seen } = await screen()
  await t.mutate(envelope('paid'), wrote(6, 'a', 'b'))
  ;(await t.server.asked('/a')).answer('a9', read(9, 9, 'a'))
  ;(await t.server.asked('/b')).answer('b6', read(6, 6, 'b'))
  await quiet()
  ;(await t.server.asked('/b')).answer('b7', read(7, 7, 'b'))
  await quiet()
  // What lagged lags again: both are read together now.
  ;(await t.server.asked('/a')).answer('a12', read(12, 12, 'a'))
  ;(await t.server.asked('/b')).answer('b11', read(11, 11, 'b'))
  await quiet()
  expect(seen).toEqual(['a1 b1'])
  ;(await t.server.asked('/a')).answer('a13', read(13, 13, 'a'))
  await quiet()
  await vi.advanceTimersByTimeAsync(9_999) // b does not answer any more
  await quiet()
  expect(seen).toEqual(['a1 b1']) // longer than for one that is merely slow
  await vi.advanceTimersByTimeAsync(1)
  await quiet()
  expect(seen).toEqual(['a1 b1', 'a13 b1'])
  expect(t.problems).toEqual([{ code: 'incoherent', detail: 'desk' }])
})

test('where nothing is shown yet the wait is a second at most, whether the others are slow or do not agree', async () => {
  const t = tab()
  const query = (url: string) => t.freshet.query<string, [string]>({ queryKey: [url], url, level: 'high', screens: ['desk'] })
  for (const url of ['/a', '/b']) t.show(query(url))
  ;(await t.server.asked('/a')).answer('a9', read(9, 9, 'a'))
  ;(await t.server.asked('/b')).answer('b6', read(6, 6, 'b'))
  await quiet()
  const again = await t.server.asked('/b') // and it is slow besides
  await vi.advanceTimersByTimeAsync(999)
  await quiet()
  expect(t.data('/a')).toBeUndefined()
  await vi.advanceTimersByTimeAsync(1)
  await quiet()
  expect([t.data('/a'), t.data('/b')]).toEqual(['a9', undefined])
  again.answer('b9', read(9, 9, 'b'))
  await quiet()
  expect(t.data('/b')).toBe('b9')
})

test('a set that comes to agree in the third round is shown in one piece', async () => {
  const { t, seen } = await screen()
  await t.mutate(envelope('paid'), wrote(6, 'a', 'b'))
  ;(await t.server.asked('/a')).answer('a9', read(9, 9, 'a'))
  ;(await t.server.asked('/b')).answer('b6', read(6, 6, 'b'))
  await quiet()
  ;(await t.server.asked('/b')).answer('b7', read(7, 7, 'b'))
  await quiet()
  ;(await t.server.asked('/a')).answer('a12', read(12, 12, 'a'))
  ;(await t.server.asked('/b')).answer('b12', read(12, 12, 'b'))
  await quiet()
  expect(seen).toEqual(['a1 b1', 'a12 b12'])
  expect(t.problems).toEqual([])
})

test('one that fails, or whose panel goes away, holds nobody up', async () => {
  const { t, seen, stops } = await screen()
  await t.mutate(envelope('paid'), wrote(6, 'a', 'b'))
  ;(await t.server.asked('/b')).answer('b2', read(6, 6, 'b'))
  ;(await t.server.asked('/a')).answer({}, {}, 500)
  await quiet()
  expect(seen).toEqual(['a1 b1', 'a1 b2'])
  await t.mutate(envelope('paid'), wrote(7, 'a', 'b'))
  stops[0]!()
  ;(await t.server.asked('/b')).answer('b3', read(7, 7, 'b'))
  await quiet()
  expect(t.data('/b')).toBe('b3')
})

test('an answer that waits is dropped when its read is called off for a newer one', async () => {
  const { t, seen } = await screen()
  await t.mutate(envelope('paid'), wrote(6, 'a', 'b'))
  ;(await t.server.asked('/b')).answer('b2', read(6, 6, 'b'))
  await quiet()
  await t.mutate(envelope('paid'), wrote(7, 'b'))
  ;(await t.server.asked('/b')).answer('b3', read(7, 7, 'b'))
  ;(await t.server.asked('/a')).answer('a3', read(7, 7, 'a'))
  await quiet()
  expect(seen).toEqual(['a1 b1', 'a3 b3'])
})

test('queries of different screens do not wait for each other', async () => {
  const { t, seen } = await screen()
  t.show(t.freshet.query<string, [string]>({ queryKey: ['/c'], url: '/c', level: 'high', screens: ['other'] }))
  await t.server.asked('/c') // never answered
  await t.mutate(envelope('paid'), wrote(6, 'a', 'b'))
  ;(await t.server.asked('/b')).answer('b2', read(6, 6, 'b'))
  ;(await t.server.asked('/a')).answer('a2', read(6, 6, 'a'))
  await quiet()
  expect(seen).toEqual(['a1 b1', 'a2 b2'])
})

test('one of a lower level is not held up by the screens it says it is shown on', async () => {
  const { t, seen } = await screen()
  t.show(t.freshet.query<string, [string]>({ queryKey: ['/m'], url: '/m', level: 'medium', screens: ['desk'] }))
  await t.mutate(envelope('paid'), wrote(6, 'a', 'b'))
  ;(await t.server.asked('/m')).answer('m', read(6, 6, 'm'))
  await quiet()
  expect([t.data('/m'), seen]).toEqual(['m', ['a1 b1']])
})

test('one that was read while a write was on its way is read again, though its position fits', async () => {
  const { t, seen } = await screen()
  await t.mutate(envelope('paid'), wrote(6, 'a', 'b'))
  ;(await t.server.asked('/b')).answer('b2', read(6, 6, 'b'))
  ;(await t.server.asked('/a')).answer('a3', read(6, 5, 'a')) // 7 is committed, and in it already
  await quiet()
  expect(seen).toEqual(['a1 b1'])
  ;(await t.server.asked('/a')).answer('a3', read(7, 7, 'a'))
  await quiet()
  ;(await t.server.asked('/b')).answer('b3', read(7, 7, 'b'))
  await quiet()
  expect(seen).toEqual(['a1 b1', 'a3 b3'])
  expect(t.problems).toEqual([])
})

test('writes that are on their way for long are asked after with pauses, and no longer than the bounded wait', async () => {
  const { t, seen } = await screen()
  await t.mutate(envelope('paid'), wrote(6, 'a', 'b'))
  const asked = t.server.count('GET /a') + t.server.count('GET /b')
  for (let passed = 0; passed < 10_000; passed += 5) {
    for (const url of ['/a', '/b']) t.server.waiting(url)?.answer(`${url}?`, read(6, 5, url.slice(1)))
    await quiet()
    if (passed < 9_995) expect(seen).toEqual(['a1 b1'])
    await vi.advanceTimersByTimeAsync(5)
  }
  await quiet()
  expect(seen).toEqual(['a1 b1', '/a? /b?'])
  expect(t.server.count('GET /a') + t.server.count('GET /b') - asked).toBeLessThan(80)
  expect(t.problems).toEqual([{ code: 'incoherent', detail: 'desk' }])
})

test('one that is read by itself takes along what is shown beside it and not known to be valid so late', async () => {
  const { t, seen } = await screen()
  await t.mutate(envelope('paid'), wrote(6, 'a'))
  ;(await t.server.asked('/a')).answer('a3', read(7, 7, 'a')) // 7 outdates both, and nobody has told
  await quiet()
  expect(seen).toEqual(['a1 b1'])
  ;(await t.server.asked('/b')).answer('b3', read(7, 7, 'b'))
  await quiet()
  expect(seen).toEqual(['a1 b1', 'a3 b3'])
  expect(t.problems).toEqual([])
})

test('what is shown beside it is valid up to where the stream has told everything: it is not read again for nothing', async () => {
  const stream = new FakeStream()
  const server = new FakeServer()
  const followed = tab({ stream: sharedStream('/stream') }, server, stream.before(server.fetch))
  followed.freshet.start()
  const { t, seen } = await screen(followed)
  const connection = await stream.connected()
  connection.hello('5.E1')
  connection.freshness(9, ['a'])
  ;(await t.server.asked('/a')).answer('a9', read(9, 9, 'a'))
  await quiet()
  expect([seen, t.server.count('GET /b'), t.problems]).toEqual([['a1 b1', 'a9 b1'], 1, []])
  t.freshet.close()
})

test('one that stands alone on its screen is shown as it comes', async () => {
  const { t, seen, stops } = await screen()
  stops[1]!()
  await t.mutate(envelope('paid'), wrote(6, 'a'))
  ;(await t.server.asked('/a')).answer('a2', read(6, 5, 'a'))
  await quiet()
  expect(seen).toEqual(['a1 b1', 'a2 b1'])
  expect(t.problems).toEqual([])
})
