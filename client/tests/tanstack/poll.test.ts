import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { pollUntil } from '../../src/index.ts'
import { quiet, tab } from '../support/bench.ts'
import { envelope, read, wrote } from '../support/fake-server.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** S12: the browser lands on the success page before the webhook. */
function waiting(options = {}) {
  const t = tab()
  const polled = pollUntil(t.freshet, t.query('/plan'), (plan) => plan === 'Pro', options)
  return { t, polled, answer: async (plan: string, at = 5) => { (await t.server.asked('/plan')).answer(plan, read(at, at, 'plan')); await quiet() } }
}

test('it reads at intervals that grow, until it is so', async () => {
  const { t, polled, answer } = waiting()
  await answer('Free')
  for (const pause of [1_000, 1_500, 2_250]) {
    await vi.advanceTimersByTimeAsync(pause - 1)
    expect(t.server.log.length).toBe({ 1_000: 1, 1_500: 2, 2_250: 3 }[pause])
    await vi.advanceTimersByTimeAsync(1)
    await answer(pause === 2_250 ? 'Pro' : 'Free')
  }
  expect(await polled).toEqual({ outcome: 'done', data: 'Pro' })
})

test('it reads at once when something is told, and while a read runs too', async () => {
  const { t, polled, answer } = waiting()
  await answer('Free')
  await t.mutate(envelope('x'), wrote(6, 'plan'))
  const second = await t.server.asked('/plan')
  await t.mutate(envelope('x'), wrote(7, 'plan'))
  second.answer('Free', read(7, 7, 'plan'))
  await quiet()
  await answer('Pro', 7)
  expect(await polled).toEqual({ outcome: 'done', data: 'Pro' })
})

test('a timeout is an outcome, with what was read last', async () => {
  const { polled, answer } = waiting({ timeout: 2_000 })
  await answer('Free')
  await vi.advanceTimersByTimeAsync(1_000)
  await answer('Free')
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await polled).toEqual({ outcome: 'timeout', data: 'Free' })
})

test('so is one while a read does not answer, and a signal', async () => {
  const { polled } = waiting({ timeout: 2_000 })
  await vi.advanceTimersByTimeAsync(2_000)
  expect(await polled).toEqual({ outcome: 'timeout', data: undefined })
  const ending = new AbortController()
  const other = waiting({ signal: ending.signal })
  await other.answer('Free')
  ending.abort()
  expect(await other.polled).toEqual({ outcome: 'timeout', data: 'Free' })
})

test('a read that fails was not done', async () => {
  const { t, polled, answer } = waiting()
  ;(await t.server.asked('/plan')).answer({}, {}, 503)
  await quiet()
  await vi.advanceTimersByTimeAsync(1_000)
  await answer('Pro')
  expect((await polled).outcome).toBe('done')
})
