import { QueryObserver } from '@tanstack/query-core'
import { expect, test } from 'vitest'
import { quiet, tab } from '../support/bench.ts'
import { envelope, read, wrote } from '../support/fake-server.ts'

test('a cancelled read that answers last of all does not pass for the answer that was taken', async () => {
  const t = tab()
  // Reads that do not heed the signal go on after they were cancelled.
  const options = t.freshet.query<string, [string]>({ queryKey: ['/a'], level: 'medium', queryFn: ({ read }) => read('/a') })
  let between = async () => {}
  t.show({ ...options, queryFn: async (context) => {
    const data = await options.queryFn(context)
    await between()
    return data
  } })
  ;(await t.server.asked('/a')).answer('first', read(1, 1, 'a'))
  await t.idle('/a')

  void t.queryClient.refetchQueries({ queryKey: ['/a'] })
  const cancelled = await t.server.asked('/a')
  void t.queryClient.refetchQueries({ queryKey: ['/a'] })
  const second = await t.server.asked('/a')
  between = async () => {
    between = async () => {}
    cancelled.answer('cancelled', read(9, 9, 'a'))
    await quiet()
  }
  second.answer('second', read(5, 5, 'a'))
  await t.idle('/a')
  expect(t.data('/a')).toBe('second')
  expect(t.freshet.answerOf(['/a'])?.interval).toEqual({ loadedAt: 5, validAt: 5 })
})

test('data set by hand in place of a read that was cancelled does not pass for that read', async () => {
  const t = tab()
  const options = t.query('/a', 'medium')
  t.show({ ...options, queryFn: async (context) => {
    const data = await options.queryFn(context)
    void t.queryClient.cancelQueries({ queryKey: ['/a'] })
    t.queryClient.setQueryData(['/a'], 'by hand')
    return data
  } })
  ;(await t.server.asked('/a')).answer('read', read(5, 5, 'a'))
  await quiet()
  expect(t.data('/a')).toBe('by hand')
  expect(t.freshet.answerOf(['/a'])).toBeUndefined()
})

test('observers see a low query become stale, and a medium one become fresh again', async () => {
  const t = tab()
  await t.shown('/low', 'low', 1, read(3, 5, 'a'))
  await t.shown('/medium', 'medium', 1, read(3, 5, 'a'))
  const watch = (url: string, level: 'low' | 'medium') => {
    const observer = new QueryObserver(t.queryClient, t.query(url, level))
    observer.subscribe(() => {})
    return () => observer.getCurrentResult().isStale
  }
  const [low, medium] = [watch('/low', 'low'), watch('/medium', 'medium')]
  expect([low(), medium()]).toEqual([false, false])
  await t.mutate(envelope({}), wrote(6, 'a'))
  expect([low(), medium()]).toEqual([true, true])
  ;(await t.server.asked('/medium')).answer(2, read(6, 6, 'a'))
  await t.idle('/medium')
  expect([low(), medium()]).toEqual([true, false])
})
