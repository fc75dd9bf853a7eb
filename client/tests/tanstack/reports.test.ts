import { expect, test } from 'vitest'
import { tab } from '../support/bench.ts'
import { envelope, read, wrote } from '../support/fake-server.ts'

test('a report tells which queries followed, and is told again as each settles', async () => {
  const t = tab()
  await t.shown('/high', 'high', 1, read(3, 5, 'a'))
  await t.shown('/medium', 'medium', 1, read(3, 5, 'a', 'b'))
  await t.shown('/low', 'low', 1, read(3, 5, 'a'))
  await t.shown('/other', 'high', 1, read(3, 5, 'c'))
  t.clock.now = 100
  await t.mutate(envelope({}, { type: 'invoice.paid' }), wrote(6, 'a'))

  expect(t.reports).toHaveLength(1)
  expect(t.reports[0]).toMatchObject({ cause: 'mutation', position: 6, tags: ['a'], events: [{ type: 'invoice.paid' }] })
  expect(t.reports[0]!.followed).toEqual([
    { queryKey: ['/high'], level: 'high', how: 'refetched' },
    { queryKey: ['/medium'], level: 'medium', how: 'refetched' },
    { queryKey: ['/low'], level: 'low', how: 'marked-stale' },
  ])

  const high = await t.server.asked('/high')
  t.clock.now = 112
  high.answer(2, read(6, 6, 'a'))
  await t.idle('/high')
  const medium = await t.server.asked('/medium')
  t.clock.now = 130
  medium.answer({ title: 'Away' }, {}, 503)
  await t.idle('/medium')

  expect(t.reports.map(({ id }) => id)).toEqual([1, 1, 1])
  expect(t.reports[2]!.followed.map(({ settled }) => settled)).toEqual([
    { outcome: 'fresh', milliseconds: 12 },
    { outcome: 'failed', milliseconds: 30 },
    undefined,
  ])
})

test('a read in flight that had to read again joins the report when that is known', async () => {
  const t = tab()
  t.show(t.query('/a'))
  const first = await t.server.asked('/a')
  await t.mutate(envelope({}), wrote(6, 'a'))
  expect(t.reports[0]!.followed).toEqual([])
  first.answer('old', read(3, 5, 'a'))
  const again = await t.server.asked('/a')
  expect(t.reports.at(-1)!.followed).toEqual([{ queryKey: ['/a'], level: 'high', how: 're-read' }])
  t.clock.now = 7
  again.answer('new', read(6, 6, 'a'))
  await t.idle('/a')
  expect(t.reports.at(-1)!.followed[0]!.settled).toEqual({ outcome: 'fresh', milliseconds: 7 })
})

test('a panel that goes away while it is read ends as cancelled', async () => {
  const t = tab()
  const hide = await t.shown('/a', 'high', 1, read(3, 5, 'a'))
  await t.mutate(envelope({}), wrote(6, 'a'))
  await t.server.asked('/a')
  hide()
  expect(t.reports.at(-1)!.followed[0]!.settled?.outcome).toBe('cancelled')
  expect(t.isStale('/a')).toBe(true)
})

test('two mutations in a row: the read that follows the second settles both', async () => {
  const t = tab()
  await t.shown('/a', 'high', 1, read(3, 5, 'a'))
  await t.mutate(envelope({}), wrote(6, 'a'))
  const called = await t.server.asked('/a')
  await t.mutate(envelope({}), wrote(7, 'a'))
  expect(called.aborted()).toBe(true)
  ;(await t.server.asked('/a')).answer(2, read(7, 7, 'a'))
  await t.idle('/a')
  const last = [1, 2].map((id) => t.reports.findLast((report) => report.id === id)!)
  expect(last.map(({ followed }) => followed[0]!.settled?.outcome)).toEqual(['fresh', 'fresh'])
})
