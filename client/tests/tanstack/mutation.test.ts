import { describe, expect, test } from 'vitest'
import { FreshetHttpError } from '../../src/index.ts'
import { quiet, tab } from '../support/bench.ts'
import { envelope, read, wrote } from '../support/fake-server.ts'

const paid = { type: 'invoice.paid', invoiceId: 'inv_1' }

test('the data is unwrapped from the envelope, and the request is sent as declared', async () => {
  const t = tab()
  const options = t.freshet.mutation<{ id: string }, string>({
    mutationKey: ['edit'],
    request: (id) => ({ url: `/invoices/${id}`, method: 'PUT', json: { memo: 'x' }, headers: { 'If-Match': '"7"' } }),
  })
  expect(options.mutationKey).toEqual(['edit'])
  const sent = options.mutationFn('inv_1')
  const asked = await t.server.asked('/invoices/inv_1')
  expect([asked.method, asked.body]).toEqual(['PUT', '{"memo":"x"}'])
  expect(asked.headers.get('If-Match')).toBe('"7"')
  expect(asked.headers.get('Content-Type')).toBe('application/json')
  asked.answer(envelope({ id: 'inv_1' }, paid), wrote(6, 'a'))
  expect(await sent).toEqual({ id: 'inv_1' })
  expect(t.reports[0]?.events).toEqual([paid])
})

test('headers only: the bare body is the data', async () => {
  const t = tab()
  await t.shown('/a', 'high', 'old', read(3, 5, 'a'))
  const data = await t.mutate({ id: 'inv_1', data: 'a field' }, { ...wrote(6, 'a'), 'Freshness-Events': '["invoice.paid"]' })
  expect(data).toEqual({ id: 'inv_1', data: 'a field' })
  expect((await t.server.asked('/a')).headers.get('Freshness-Token')).toBe('t6')
  expect(t.reports[0]?.events).toEqual([{ type: 'invoice.paid' }])
})

describe('uncertain means invalidate', () => {
  test.each([
    ['the answer is lost', (asked: { fail(): void }) => asked.fail()],
    ['a proxy gives up', (asked: { answer(body: unknown, headers?: object, status?: number): void }) => asked.answer('late', {}, 504)],
  ] as const)('%s', async (_, end) => {
    const t = tab()
    await t.shown('/a', 'medium', 'old', read(3, 5, 'a'))
    const sent = t.freshet.mutation({ request: () => ({ url: '/write' }) }).mutationFn()
    end((await t.server.asked('/write')) as never)
    await expect(sent).rejects.toThrow()
    ;(await t.server.asked('/a')).answer('perhaps new', read(3, 9, 'a'))
    await t.idle('/a')
    expect(t.data('/a')).toBe('perhaps new')
    expect(t.reports[0]).toMatchObject({ cause: 'uncertain', tags: ['*'] })
  })

  test('a refusal (4xx) invalidates nothing, and its error carries problem and body', async () => {
    const t = tab()
    await t.shown('/a', 'medium', 'old', read(3, 5, 'a'))
    const sent = t.freshet.mutation({ request: () => ({ url: '/write?secret=1' }) }).mutationFn()
    ;(await t.server.asked('/write?secret=1')).answer({ title: 'Already paid', detail: 'By Tuesday.' }, {}, 409)
    const error = await sent.catch((error: unknown) => error)
    expect(error).toBeInstanceOf(FreshetHttpError)
    expect(error).toMatchObject({ status: 409, problem: { title: 'Already paid', detail: 'By Tuesday.' } })
    expect((error as Error).message).not.toContain('secret')
    await quiet()
    expect(t.server.count('GET /a')).toBe(1)
  })

  test('a failure that says what it invalidated is believed', async () => {
    const t = tab()
    await t.shown('/a', 'high', 'a', read(3, 5, 'a'))
    await t.shown('/b', 'high', 'b', read(3, 5, 'b'))
    await expect(t.mutateFailing(500, wrote(6, 'a'))).rejects.toThrow()
    await t.server.asked('/a')
    await quiet()
    expect(t.server.count('GET /b')).toBe(1)
  })
})

test('a write carries no token, and is never sent again, whatever its answer says', async () => {
  const t = tab()
  await t.mutate(envelope('paid'), wrote(6, 'a'))
  const sent = t.freshet.mutation({ request: () => ({ url: '/write' }) }).mutationFn()
  const asked = await t.server.asked('/write')
  expect([asked.headers.has('Freshness-Token'), asked.cache]).toEqual([false, undefined])
  asked.answer({ code: 'invalid-token' }, {}, 400)
  await expect(sent).rejects.toThrow()
  await quiet()
  expect([t.server.count('POST /write'), t.problems]).toEqual([2, []])
})

describe('apply, for fetches written by hand', () => {
  test('a response sent through freshet.fetch: positions count', async () => {
    const t = tab()
    await t.shown('/a', 'high', 'a', read(3, 9, 'a'))
    const sent = t.freshet.fetch('/legacy', { method: 'POST' })
    ;(await t.server.asked('/legacy')).answer({}, wrote(10, 'b'))
    expect(t.freshet.apply(await sent)).toMatchObject({ position: 10, tags: ['b'], reset: false })
    await quiet()
    expect(t.server.count('GET /a')).toBe(1)
  })

  test('an envelope alone: nobody knows the tags, so everything is read again', async () => {
    const t = tab()
    await t.shown('/a', 'high', 'a', read(3, 9, 'a'))
    t.freshet.apply(envelope({}, paid))
    const again = await t.server.asked('/a')
    expect(again.headers.get('Freshness-Token')).toBe('from-body')
  })

  test('an answer that invalidated nothing keeps its token and tells nobody', async () => {
    const t = tab()
    await t.shown('/a', 'high', 'a', read(3, 9, 'a'))
    expect(t.freshet.apply(envelope({}))).toBeUndefined()
    await quiet()
    expect(t.reports).toEqual([])
    void t.freshet.fetch('/b')
    expect((await t.server.asked('/b')).headers.get('Freshness-Token')).toBe('from-body')
  })

  test('a commit that could not be appended yet is reported as pending', () => {
    const t = tab()
    expect(t.freshet.apply(new Response(null, { headers: { 'Freshness-Tags': 'a', 'Freshness-Pending': 'true' } }))?.pending).toBe(true)
  })
})
