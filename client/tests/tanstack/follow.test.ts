import { describe, expect, test } from 'vitest'
import { quiet, tab } from '../support/bench.ts'
import { envelope, read, wrote } from '../support/fake-server.ts'

describe('after a mutation', () => {
  test.each(['high', 'medium'] as const)('a %s query on the page is read again, with the token', async (level) => {
    const t = tab()
    await t.shown('/a', level, 'old', read(3, 5, 'a'))
    await t.mutate(envelope('paid'), wrote(6, 'a'))
    const again = await t.server.asked('/a')
    expect(again.headers.get('Freshness-Token')).toBe('t6')
    expect(again.cache).toBe('no-cache')
    again.answer('new', read(6, 6, 'a'))
    await t.idle('/a')
    expect(t.data('/a')).toBe('new')
    expect(t.server.count('GET /a')).toBe(2)
  })

  test('a low query is only marked stale', async () => {
    const t = tab()
    await t.shown('/a', 'low', 'old', read(3, 5, 'a'))
    expect(t.isStale('/a')).toBe(false)
    await t.mutate(envelope('paid'), wrote(6, 'a'))
    await quiet()
    expect(t.server.count('GET /a')).toBe(1)
    expect(t.isStale('/a')).toBe(true)
  })

  test('a query with other tags is left alone', async () => {
    const t = tab()
    await t.shown('/b', 'medium', 'b', read(3, 5, 'b'))
    await t.mutate(envelope('paid'), wrote(6, 'a'))
    await quiet()
    expect(t.server.count('GET /b')).toBe(1)
    expect(t.isStale('/b')).toBe(false)
  })

  test('a query that is not on the page is read when it is shown again', async () => {
    const t = tab()
    const hide = await t.shown('/a', 'medium', 'old', read(3, 5, 'a'))
    hide()
    await t.mutate(envelope('paid'), wrote(6, 'a'))
    await quiet()
    expect(t.server.count('GET /a')).toBe(1)
    t.show(t.query('/a', 'medium'))
    ;(await t.server.asked('/a')).answer('new', read(6, 6, 'a'))
    await t.idle('/a')
    expect(t.data('/a')).toBe('new')
  })

  test('an answer known valid at the mutation is kept, though it was asked for before', async () => {
    const t = tab()
    await t.shown('/a', 'medium', 'first', read(3, 5, 'a'))
    const sent = t.freshet.mutation({ request: () => ({ url: '/write' }) }).mutationFn()
    const write = await t.server.asked('/write')
    void t.queryClient.refetchQueries({ queryKey: ['/a'] })
    ;(await t.server.asked('/a')).answer('new', read(6, 6, 'a'))
    await t.idle('/a')
    write.answer(envelope('paid'), wrote(6, 'a'))
    await sent
    await quiet()
    expect(t.server.count('GET /a')).toBe(2)
    expect(t.isStale('/a')).toBe(false)
  })

  test('an answer without freshness headers is outdated by any mutation', async () => {
    const t = tab()
    await t.shown('/a', 'high', 'old', {})
    await t.mutate(envelope('paid'), wrote(6, 'unrelated'))
    ;(await t.server.asked('/a')).answer('new', {})
    await t.idle('/a')
    expect(t.data('/a')).toBe('new')
    expect(t.server.count('GET /a')).toBe(2)
  })
})

describe('the holes of marking queries', () => {
  test('a first read in flight: its tags are unknown until it answers', async () => {
    const t = tab()
    t.show(t.query('/a'))
    const first = await t.server.asked('/a')
    await t.mutate(envelope('paid'), wrote(6, 'a'))
    first.answer('old', read(3, 5, 'a'))
    const again = await t.server.asked('/a')
    expect(t.data('/a')).toBeUndefined()
    expect(again.headers.get('Freshness-Token')).toBe('t6')
    again.answer('new', read(6, 6, 'a'))
    await t.idle('/a')
    expect(t.data('/a')).toBe('new')
  })

  test('a read in flight that nobody watches', async () => {
    const t = tab()
    const prefetched = t.queryClient.prefetchQuery(t.query('/a', 'medium'))
    const first = await t.server.asked('/a')
    await t.mutate(envelope('paid'), wrote(6, 'a'))
    first.answer('old', read(3, 5, 'a'))
    ;(await t.server.asked('/a')).answer('new', read(6, 6, 'a'))
    await prefetched
    expect(t.data('/a')).toBe('new')
    expect(t.isStale('/a')).toBe(false)
  })

  test('a refetch that joins the read in flight (cancelRefetch: false)', async () => {
    const t = tab()
    const prefetched = t.queryClient.prefetchQuery(t.query('/a', 'medium'))
    ;(await t.server.asked('/a')).answer('first', read(1, 2, 'a'))
    await prefetched
    const refetched = t.queryClient.refetchQueries({ queryKey: ['/a'] })
    const old = await t.server.asked('/a')
    await t.mutate(envelope('paid'), wrote(6, 'a'))
    void t.queryClient.refetchQueries({ queryKey: ['/a'] }, { cancelRefetch: false })
    old.answer('old', read(3, 5, 'a'))
    ;(await t.server.asked('/a')).answer('new', read(6, 6, 'a'))
    await refetched
    expect(t.data('/a')).toBe('new')
    expect(t.server.count('GET /a')).toBe(3)
  })

  test('a read in flight on the page is called off, and its late answer is not taken for the new one', async () => {
    const t = tab()
    await t.shown('/a', 'high', 'first', read(1, 2, 'a'))
    void t.queryClient.refetchQueries({ queryKey: ['/a'] })
    const old = await t.server.asked('/a')
    await t.mutate(envelope('paid'), wrote(6, 'a'))
    const again = await t.server.asked('/a')
    expect(old.aborted()).toBe(true)
    old.answer('old', read(3, 5, 'a'))
    again.answer('new', read(6, 6, 'a'))
    await t.idle('/a')
    expect(t.data('/a')).toBe('new')
    expect(t.freshet.answerOf(['/a'])?.interval).toEqual({ loadedAt: 6, validAt: 6 })
  })

  test('setQueryData clears the invalidated flag: the query stays outdated', async () => {
    const t = tab()
    await t.shown('/a', 'low', 'old', read(3, 5, 'a'))
    await t.mutate(envelope('paid'), wrote(6, 'a'))
    t.queryClient.setQueryData(['/a'], 'by hand')
    expect(t.state('/a')?.isInvalidated).toBe(false)
    expect(t.isStale('/a')).toBe(true)
  })

  test('setQueryData while the read that follows is in flight: the read wins', async () => {
    const t = tab()
    await t.shown('/a', 'high', 'old', read(3, 5, 'a'))
    await t.mutate(envelope('paid'), wrote(6, 'a'))
    const again = await t.server.asked('/a')
    t.queryClient.setQueryData(['/a'], 'by hand')
    again.answer('new', read(6, 6, 'a'))
    await t.idle('/a')
    expect(t.data('/a')).toBe('new')
  })

  test('cancelQueries puts back the flag from before: the query stays outdated', async () => {
    const t = tab()
    const prefetched = t.queryClient.prefetchQuery(t.query('/a', 'medium'))
    ;(await t.server.asked('/a')).answer('old', read(3, 5, 'a'))
    await prefetched
    void t.queryClient.refetchQueries({ queryKey: ['/a'] })
    await t.server.asked('/a')
    await t.mutate(envelope('paid'), wrote(6, 'a'))
    await t.queryClient.cancelQueries({ queryKey: ['/a'] })
    expect(t.state('/a')?.isInvalidated).toBe(false)
    expect(t.isStale('/a')).toBe(true)
  })

  test('data of unknown origin (hydrated) is outdated by any mutation', async () => {
    const t = tab()
    t.queryClient.setQueryData(['/a'], 'from the server page')
    t.show(t.query('/a', 'medium'))
    await quiet()
    expect(t.server.log).toEqual([])
    await t.mutate(envelope('paid'), wrote(6, 'a'))
    ;(await t.server.asked('/a')).answer('new', read(6, 6, 'a'))
    await t.idle('/a')
    expect(t.data('/a')).toBe('new')
  })

  test('state put in from outside after a read is of unknown origin again', async () => {
    const t = tab()
    await t.shown('/a', 'medium', 'read', read(9, 9, 'a'))
    t.queryClient.getQueryCache().find({ queryKey: ['/a'] })!.setState({ data: 'restored from disk' })
    expect(t.freshet.answerOf(['/a'])).toBeUndefined()
    await t.mutate(envelope('paid'), wrote(10, 'unrelated'))
    await t.server.asked('/a')
  })

  test('an invalidation between the comparison on arrival and the taking over', async () => {
    const t = tab()
    const options = t.query('/a')
    let interfere = true
    t.show({
      ...options,
      async queryFn(context) {
        const data = await options.queryFn(context) // compared: fresh
        if (interfere) t.freshet.apply(new Response(null, { headers: wrote(6, 'a') }))
        interfere = false
        return data // not yet the query's data
      },
    })
    ;(await t.server.asked('/a')).answer('old', read(3, 5, 'a'))
    ;(await t.server.asked('/a')).answer('new', read(6, 6, 'a'))
    await t.idle('/a')
    expect(t.data('/a')).toBe('new')
  })
})

describe('a server that keeps answering old data', () => {
  test('is asked four times in one fetch; the answer is shown and stays outdated', async () => {
    const t = tab()
    t.show(t.query('/a', 'medium'))
    const first = await t.server.asked('/a')
    await t.mutate(envelope('paid'), wrote(6, 'a'))
    first.answer('old', read(3, 5, 'a'))
    for (let again = 0; again < 3; again++) {
      (await t.server.asked('/a')).answer('old', { ...read(3, 5, 'a'), 'Freshness-Satisfied': 'false' })
    }
    await t.idle('/a')
    await quiet()
    expect(t.server.count('GET /a')).toBe(4)
    expect(t.data('/a')).toBe('old')
    expect(t.isStale('/a')).toBe(true)
    expect(t.reports.at(-1)?.followed[0]?.settled?.outcome).toBe('outdated')
  })
})

test('after close nothing is followed', async () => {
  const t = tab()
  await t.shown('/a', 'high', 'old', read(3, 5, 'a'))
  t.freshet.close()
  await t.mutate(envelope('paid'), wrote(6, 'a'))
  await quiet()
  expect(t.server.count('GET /a')).toBe(1)
})
