import { describe, expect, test } from 'vitest'
import { change, FreshetError, type FreshQueryOptions } from '../../src/index.ts'
import { quiet, tab } from '../support/bench.ts'
import { envelope, read, wrote } from '../support/fake-server.ts'

/** A medium query on the page, and a mutation that adds to it. */
async function adding(level: 'medium' | 'low' = 'medium') {
  const t = tab()
  const list = t.freshet.query<string, [string], 'medium' | 'low'>({ queryKey: ['/list'], url: '/list', level })
  t.show(list)
  ;(await t.server.asked('/list')).answer('', read(5, 5, 'list'))
  await t.idle('/list')
  const add = (letter: string) => t.freshet.mutation<unknown>({
    request: () => ({ url: `/add/${letter}` }), optimistic: () => [change(list, (before) => before + letter)],
  }).mutationFn()
  return { t, add, list }
}

test('it is shown at once, and read once the server has answered', async () => {
  const { t, add } = await adding()
  const added = add('x')
  const asked = await t.server.asked('/add/x')
  expect(t.data('/list')).toBe('x')
  asked.answer(envelope('ok'), wrote(6, 'list'))
  await added
  ;(await t.server.asked('/list')).answer('x!', read(6, 6, 'list'))
  await t.idle('/list')
  expect([t.data('/list'), t.server.count('GET /list')]).toEqual(['x!', 2])
})

test('it is taken back when the server refuses', async () => {
  const { t, add } = await adding('low')
  const added = add('x')
  ;(await t.server.asked('/add/x')).answer({ title: 'No' }, {}, 409)
  await expect(added).rejects.toThrow()
  expect(t.data('/list')).toBe('')
})

test('one of two is taken back, and the other stays', async () => {
  const { t, add } = await adding()
  const [x, y] = [add('x'), add('y')]
  const askedX = await t.server.asked('/add/x')
  const askedY = await t.server.asked('/add/y')
  expect(t.data('/list')).toBe('xy')
  askedX.answer({ title: 'No' }, {}, 409)
  await expect(x).rejects.toThrow()
  expect(t.data('/list')).toBe('y')
  askedY.answer(envelope('ok'), wrote(6, 'list'))
  await y
  ;(await t.server.asked('/list')).answer('y!', read(6, 6, 'list'))
  await t.idle('/list')
  expect(t.data('/list')).toBe('y!')
})

test('nothing is read while another change is shown: it would take it back for a moment', async () => {
  const { t, add } = await adding()
  const [x, y] = [add('x'), add('y')]
  const askedX = await t.server.asked('/add/x')
  const askedY = await t.server.asked('/add/y')
  askedX.answer(envelope('ok'), wrote(6, 'list'))
  await x
  await quiet()
  expect([t.data('/list'), t.server.count('GET /list')]).toEqual(['xy', 1])
  askedY.answer({ title: 'No' }, {}, 409) // over what has succeeded meanwhile
  await expect(y).rejects.toThrow()
  expect(t.data('/list')).toBe('x')
  ;(await t.server.asked('/list')).answer('x!', read(6, 6, 'list'))
  await t.idle('/list')
  expect([t.data('/list'), t.server.count('GET /list')]).toEqual(['x!', 2])
})

test('a read in flight is called off, and does not write over what is shown', async () => {
  const { t, add } = await adding()
  void t.queryClient.refetchQueries({ queryKey: ['/list'] })
  const old = await t.server.asked('/list')
  const added = add('x')
  const asked = await t.server.asked('/add/x')
  old.answer('old', read(5, 5, 'list'))
  await quiet()
  expect(t.data('/list')).toBe('x')
  asked.answer(envelope('ok'), wrote(6, 'list'))
  await added
  await t.server.asked('/list')
})

test('nothing is changed while there is no data, and the first read goes on', async () => {
  const t = tab()
  const list = t.freshet.query<string, [string], 'medium'>({ queryKey: ['/list'], url: '/list', level: 'medium' })
  t.show(list)
  const first = await t.server.asked('/list')
  const added = t.freshet.mutation<unknown>({
    request: () => ({ url: '/add' }), optimistic: () => [change(list, (before) => `${before}x`)],
  }).mutationFn()
  const asked = await t.server.asked('/add')
  expect([t.data('/list'), first.aborted()]).toEqual([undefined, false])
  asked.answer(envelope('ok'), wrote(6, 'list'))
  await added
  first.answer('old', read(5, 5, 'list'))
  ;(await t.server.asked('/list')).answer('x', read(6, 6, 'list'))
  await t.idle('/list')
  expect(t.data('/list')).toBe('x')
})

describe('refused (S21), where types were got around', () => {
  const sneaky = (query: unknown) => change(query as FreshQueryOptions<string, [string], 'medium'>, () => 'sure')

  test.each([
    ['a high query', false],
    ['a medium query whose mutation reaches a high one', true],
  ] as const)('%s: an error in development, left out and told elsewhere', async (_, reachesHigh) => {
    const declared = { name: 'POST /add', events: [], reaches: [], reachesHigh }
    for (const development of [true, false]) {
      const t = tab({ development })
      const query = t.freshet.query<string, [string]>({ queryKey: ['/a'], url: '/a', level: reachesHigh ? 'medium' : 'high' })
      t.queryClient.setQueryData(['/a'], 'no')
      const sent = t.freshet.mutation<unknown, void, any>({ of: declared, request: () => ({ url: '/add' }), optimistic: (() => [sneaky(query)]) as never }).mutationFn()
      if (development) {
        await expect(sent).rejects.toThrow(FreshetError)
        expect(t.server.log).toEqual([])
        continue
      }
      const asked = await t.server.asked('/add')
      expect(t.data('/a')).toBe('no')
      expect(t.problems.map(({ code }) => code)).toEqual(['optimistic-refused'])
      asked.answer(envelope('ok'), wrote(6, 'a'))
      await sent
    }
  })
})
