import { dehydrate, hashKey, hydrate } from '@tanstack/query-core'
import { expect, test } from 'vitest'
import { dehydrateAnswers, hydrateAnswers, sharedStream } from '../../src/index.ts'
import { quiet, tab } from '../support/bench.ts'
import { envelope, FakeServer, read, wrote } from '../support/fake-server.ts'
import { FakeStream } from '../support/fake-stream.ts'

test.each(['high', 'medium'] as const)('a page rendered on the server: its %s answers carry their positions, and what changed until it was hydrated is read again, nothing else', async (level) => {
  const onServer = tab()
  const prefetched = ['/a', '/b', '/c'].map((url) => onServer.queryClient.prefetchQuery(onServer.query(url, 'medium')))
  ;(await onServer.server.asked('/a')).answer('a', read(5, 6, 'a'))
  ;(await onServer.server.asked('/b')).answer('b', read(4, 7, 'b'))
  ;(await onServer.server.asked('/c')).answer('c', {})
  await Promise.all(prefetched)
  const page = JSON.parse(JSON.stringify({ state: dehydrate(onServer.queryClient), answers: dehydrateAnswers(onServer.freshet) }))

  const stream = new FakeStream()
  const server = new FakeServer()
  const t = tab({ stream: sharedStream('/stream') }, server, stream.before(server.fetch))
  hydrate(t.queryClient, page.state)
  hydrateAnswers(t.freshet, page.answers)
  t.freshet.start()
  for (const url of ['/a', '/b', '/c']) t.show(t.query(url, level))
  await quiet()
  expect(t.server.log).toEqual([])

  const connection = await stream.connected()
  expect(connection.after).toBe('6.E1') // the lowest of what they are known valid at
  connection.hello('6.E1', { position: 8 })
  connection.freshness(7, ['b']) // told already in b's answer
  connection.freshness(8, ['a'])
  ;(await t.server.asked('/a')).answer('a2', read(8, 8, 'a'))
  await t.idle('/a')
  // c came without headers: it is outdated by anything, so it is read as well.
  ;(await t.server.asked('/c')).answer('c2', read(8, 8, 'c'))
  await t.idle('/c')
  expect([t.data('/a'), t.data('/b'), t.server.count('GET /b')]).toEqual(['a2', 'b', 0])
  expect(t.freshet.answerOf(['/b'])).toMatchObject({ interval: { loadedAt: 4, validAt: 7 }, outdated: false })
  await t.mutate(envelope('x'), wrote(9, 'b'))
  await t.server.asked('/b')
  t.freshet.close()
})

test('without a stream nobody tells what changed: a high answer is read again when it is shown', async () => {
  const onServer = tab()
  const prefetched = onServer.queryClient.prefetchQuery(onServer.query('/a'))
  ;(await onServer.server.asked('/a')).answer('a', read(5, 6, 'a'))
  await prefetched
  const t = tab()
  hydrate(t.queryClient, dehydrate(onServer.queryClient))
  hydrateAnswers(t.freshet, dehydrateAnswers(onServer.freshet))
  t.show(t.query('/a'))
  await t.server.asked('/a')
})

test('what a page brought along and nobody has read counts among what is shown on its screen', async () => {
  const stream = new FakeStream()
  const server = new FakeServer()
  const t = tab({ stream: sharedStream('/stream') }, server, stream.before(server.fetch))
  const onDesk = (url: string) => t.freshet.query<string, [string]>({ queryKey: [url], url, level: 'high', screens: ['desk'] })
  const interval = { loadedAt: 5, validAt: 5 }
  for (const url of ['/a', '/b']) t.queryClient.setQueryData([url], 'old')
  hydrateAnswers(t.freshet, Object.fromEntries(['/a', '/b'].map((url) => [hashKey([url]), { epoch: 'E1', interval, tags: [url.slice(1)], satisfied: true }])))
  for (const url of ['/a', '/b']) t.show(onDesk(url))
  await t.mutate(envelope('paid'), wrote(6, 'a'))
  ;(await server.asked('/a')).answer('new a', read(7, 7, 'a')) // 7 outdates both, and nobody has told
  ;(await server.asked('/b')).answer('new b', read(7, 7, 'b'))
  await t.idle('/b')
  expect([t.data('/a'), t.data('/b')]).toEqual(['new a', 'new b'])
})

test('of data that was not read through here nothing is said, and it is asked for when it is shown, whoever tells what changed', async () => {
  const onServer = tab()
  onServer.queryClient.setQueryData(['/a'], 'of somewhere')
  expect(dehydrateAnswers(onServer.freshet)).toEqual({})
  const t = tab({ stream: sharedStream('/stream') })
  hydrate(t.queryClient, dehydrate(onServer.queryClient))
  t.show(t.query('/a'))
  await t.server.asked('/a')
})

test('what ASP.NET embeds says its position as the header does: none for what was read while a write was on its way, and nothing up to there outdates it', async () => {
  const stream = new FakeStream()
  const server = new FakeServer()
  const t = tab({ stream: sharedStream('/stream') }, server, stream.before(server.fetch))
  for (const url of ['/a', '/b']) t.queryClient.setQueryData([url], 'rendered')
  hydrateAnswers(t.freshet, {
    [hashKey(['/a'])]: { epoch: 'E1', position: '12-11', tags: ['a'], satisfied: true },
    [hashKey(['/b'])]: { epoch: 'E1', position: '12-12', tags: ['b'], satisfied: true },
  })
  t.freshet.start()
  for (const url of ['/a', '/b']) t.show(t.query(url))
  expect(t.freshet.answerOf(['/a'])).toMatchObject({ interval: { loadedAt: 13, validAt: 12 }, outdated: false })
  expect(t.freshet.answerOf(['/b'])).toMatchObject({ interval: { loadedAt: 12, validAt: 12 }, outdated: false })
  expect(t.freshet.answerOf(['/a'])).not.toHaveProperty('position')

  const connection = await stream.connected()
  expect(connection.after).toBe('12.E1')
  connection.hello('12.E1')
  connection.freshness(12, ['a'])
  await quiet()
  expect(server.log).toEqual([])
  connection.freshness(13, ['a']) // the write that was on its way
  ;(await server.asked('/a')).answer('a', read(13, 13, 'a'))
  await t.idle('/a')
  expect([t.data('/a'), t.data('/b'), server.log]).toEqual(['a', 'rendered', ['GET /a']])
  t.freshet.close()
})

test('what a page brought along and something outdated before it was shown is asked for when it is', async () => {
  const stream = new FakeStream()
  const server = new FakeServer()
  const t = tab({ stream: sharedStream('/stream') }, server, stream.before(server.fetch))
  for (const url of ['/a', '/b']) t.queryClient.setQueryData([url], 'rendered')
  hydrateAnswers(t.freshet, Object.fromEntries(['/a', '/b'].map((url) => [hashKey([url]), { epoch: 'E1', position: '5-5', tags: [url.slice(1)], satisfied: true }])))
  await t.mutate(envelope('paid'), wrote(6, 'a'))
  for (const url of ['/a', '/b']) t.show(t.query(url))
  ;(await server.asked('/a')).answer('new', read(6, 6, 'a'))
  await t.idle('/a')
  expect([t.data('/a'), t.data('/b'), server.count('GET /b')]).toEqual(['new', 'rendered', 0])
})
