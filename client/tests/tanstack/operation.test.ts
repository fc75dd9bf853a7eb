import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { followOperation, FreshetHttpError } from '../../src/index.ts'
import { quiet, tab } from '../support/bench.ts'
import { read, wrote } from '../support/fake-server.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const standing = (status: string, more = {}) => ({ data: { id: 'op_1', kind: 'rebuild' }, status, freshness_events: [], ...more })

test('S22: only "completed" carries events, and then every panel follows', async () => {
  const t = tab()
  await t.shown('/a', 'medium', 'old', read(3, 5, 'a'))
  const seen: string[] = []
  const followed = followOperation<{ rows: number }>(t.freshet, '/operations/op_1', { onStatus: (status) => seen.push(status) })
  for (const status of ['accepted', 'processing', 'processing']) {
    (await t.server.asked('/operations/op_1')).answer(standing(status), { 'retry-after': '2' }, 202)
    await quiet()
    expect(t.server.count('GET /a')).toBe(1)
    await vi.advanceTimersByTimeAsync(1_999)
    expect(t.server.log.at(-1)).toBe('GET /operations/op_1')
    await vi.advanceTimersByTimeAsync(1)
  }
  ;(await t.server.asked('/operations/op_1')).answer({ data: { rows: 7 }, status: 'completed', freshness_events: [{ type: 'summary.rebuilt' }], freshness_token: 't6' }, wrote(6, 'a'))
  const again = await t.server.asked('/a')
  expect(again.headers.get('Freshness-Token')).toBe('t6')
  again.answer('new', read(6, 6, 'a'))
  await t.idle('/a')
  expect(await followed).toEqual({ outcome: 'completed', data: { rows: 7 } })
  expect([seen, t.data('/a'), t.reports[0]?.events]).toEqual([['accepted', 'processing', 'completed'], 'new', [{ type: 'summary.rebuilt' }]])
})

test('one that failed says why, and nothing is read', async () => {
  const t = tab()
  await t.shown('/a', 'medium', 'old', read(3, 5, 'a'))
  const followed = followOperation(t.freshet, '/operations/op_1')
  ;(await t.server.asked('/operations/op_1')).answer(standing('failed', { data: null, problem: { title: 'The operation failed', detail: 'No rows.' } }))
  expect(await followed).toEqual({ outcome: 'failed', problem: { title: 'The operation failed', detail: 'No rows.' } })
  await quiet()
  expect(t.server.count('GET /a')).toBe(1)
})

test('a timeout and a signal are outcomes, while it waits and while it asks', async () => {
  const t = tab()
  const late = followOperation(t.freshet, '/operations/op_1', { timeout: 500 })
  ;(await t.server.asked('/operations/op_1')).answer(standing('accepted'), {}, 202)
  await quiet()
  await vi.advanceTimersByTimeAsync(500)
  expect(await late).toEqual({ outcome: 'timeout' })
  const left = new AbortController()
  const asking = followOperation(t.freshet, '/operations/op_2', { signal: left.signal })
  await t.server.asked('/operations/op_2')
  left.abort()
  expect(await asking).toEqual({ outcome: 'timeout' })
})

test('one that is not there, or not yours, is an error', async () => {
  const t = tab()
  const followed = followOperation(t.freshet, '/operations/op_1')
  ;(await t.server.asked('/operations/op_1')).answer({ title: 'Not found' }, {}, 404)
  await expect(followed).rejects.toThrow(FreshetHttpError)
})
