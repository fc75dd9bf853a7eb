import { describe, expect, test } from 'vitest'
import type { Answer, Stamp } from '../../src/core/answer.ts'
import { initialState, isOutdated, maximumLeft, meet, stamp, told, type FreshnessState } from '../../src/core/state.ts'

const answer = (sent: Stamp, at: number, epoch: string | undefined = 'A', tags = ['a']): Answer => ({
  stamp: sent, epoch, tags, satisfied: true, interval: { loadedAt: at, validAt: at },
})
const unnamed = (sent: Stamp): Answer => ({ stamp: sent, tags: ['*'], satisfied: true })
const answered = (state: FreshnessState, { epoch, stamp }: Answer) => meet(state, epoch, stamp)
const wrote = (state: FreshnessState, position: number, epoch = 'A', sent: Stamp | undefined = stamp(state, true)) =>
  told(state, { epoch, position, tags: ['a'], token: `${epoch}${position}`, ...(sent && { sent }) })
/** A client that knows epoch A, and wrote in it at 3. */
const inA = wrote(initialState, 3)
/** The same after it met epoch B. */
const inB = answered(inA, answer(stamp(inA, true), 1, 'B'))

describe('the token', () => {
  test('of overtaking mutations: the higher position is kept', () => {
    expect(wrote(wrote(initialState, 7), 6).token).toEqual({ value: 'A7', position: 7 })
  })
  test('with unknown positions: the last to arrive is kept', () => {
    const notice = (token: string) => ({ tags: [], token })
    expect(told(told(initialState, notice('first')), notice('second')).token?.value).toBe('second')
  })
  test('goes with its epoch', () => expect(inB.token).toBeUndefined())
  test('of a new epoch replaces that of the old, though its position is lower', () => {
    expect(wrote(inA, 1, 'B').token).toEqual({ value: 'B1', position: 1 })
  })
  test('of an epoch that was left is not taken', () => {
    expect(wrote(inB, 9, 'A', stamp(inA, true)).token).toBeUndefined()
    expect(wrote(wrote(inB, 2, 'B'), 9, 'A', stamp(inA, true)).token?.value).toBe('B2')
  })
  test('of an epoch nobody knows is taken where it replaces no other', () => {
    const early = stamp(inA, true)
    expect(wrote(inB, 9, 'C', early).token).toEqual({ value: 'C9' })
    expect(wrote(wrote(inB, 2, 'B'), 9, 'C', early).token?.value).toBe('B2')
  })
})

describe('another epoch', () => {
  test('read in answer to a request that knew the last one is adopted; what was read before is outdated', () => {
    expect(inB.epoch).toBe('B')
    expect(isOutdated(inB, answer(stamp(inA, true), 99, 'A'))).toBe(true)
    expect(isOutdated(inB, unnamed(stamp(inA, true)))).toBe(true)
    expect(isOutdated(inB, answer(stamp(inA, true), 0, 'B'))).toBe(false)
    expect(isOutdated(inB, unnamed(stamp(inB, true)))).toBe(false)
  })

  test('told by a mutation is adopted, and its own invalidation counts in it', () => {
    const state = wrote(inA, 11, 'B')
    expect(state.epoch).toBe('B')
    expect(isOutdated(state, answer(stamp(inA, true), 10, 'B'))).toBe(true)
    expect(isOutdated(state, answer(stamp(inA, true), 11, 'B'))).toBe(false)
    expect(isOutdated(state, answer(stamp(inA, true), 10, 'B', ['b']))).toBe(false)
  })

  test('in an answer sent before the known one was known is not adopted: nobody knows which is older', () => {
    const state = answered(inB, answer(stamp(inA, true), 99, 'C'))
    expect(state.epoch).toBe('B')
    expect(isOutdated(state, answer(stamp(inA, true), 99, 'C'))).toBe(true)
  })

  test('in an answer sent before any was known is not adopted in place of the first', () => {
    const state = answered(answered(initialState, answer(stamp(initialState, true), 1, 'B')), answer(stamp(initialState, true), 99, 'A'))
    expect(state.epoch).toBe('B')
  })

  test('that an HTTP cache may have answered with is not adopted, and the next request has caches confirm', () => {
    expect(inA.confirm).toBe(false)
    const doubtful = answered(inA, answer(stamp(inA, false), 1, 'B'))
    expect([doubtful.epoch, doubtful.confirm]).toEqual(['A', true])
    expect(answered(doubtful, answer(stamp(doubtful, doubtful.confirm), 1, 'B')).epoch).toBe('B')
  })

  test('once left is never adopted again, whoever names it', () => {
    const sent = stamp(inB, true)
    expect(answered(inB, answer(sent, 99, 'A')).epoch).toBe('B')
    expect(wrote(inB, 99, 'A', sent).epoch).toBe('B')
  })

  test('of a mutation that cannot be placed: any tag may have been invalidated', () => {
    for (const [epoch, sent] of [['A', stamp(inB, true)], ['C', stamp(inA, true)], ['C', undefined]] as const) {
      const state = told(inB, { epoch, position: 9, tags: ['a'], ...(sent && { sent }) })
      expect(state.epoch).toBe('B')
      expect(isOutdated(state, answer(stamp(inB, true), 50, 'B', ['b']))).toBe(true)
      expect(isOutdated(state, answer(stamp(state, true), 1, 'B', ['b']))).toBe(false)
    }
  })

  test('does not make an uncertain mutation forgotten, which may have happened in it', () => {
    const sent = stamp(inA, true)
    const uncertain = told(inA, { tags: ['*'] })
    const state = answered(uncertain, answer(stamp(uncertain, true), 2, 'B'))
    expect(isOutdated(state, answer(sent, 1, 'B'))).toBe(true)
    expect(isOutdated(state, answer(stamp(uncertain, true), 2, 'B'))).toBe(false)
  })

  test('does make marks forgotten whose positions and hashes were of the last one', () => {
    expect(isOutdated(inB, answer(stamp(initialState, true), 0, 'B'))).toBe(false)
  })

  test('a hundred that were left are remembered, the last ones', () => {
    let state = inA
    for (let restart = 0; restart <= maximumLeft; restart++) state = answered(state, answer(stamp(state, true), 1, `E${restart}`))
    expect(state.left.length).toBe(maximumLeft)
    expect(state.left.at(-1)).toBe(`E${maximumLeft - 1}`)
  })
})

test('the first epoch is adopted without outdating anything', () => {
  const sent = stamp(initialState, false)
  const state = answered(initialState, answer(sent, 5))
  expect(state.epoch).toBe('A')
  expect(isOutdated(state, unnamed(sent))).toBe(false)
  expect(isOutdated(state, answer(sent, 3))).toBe(false)
})

test('within an epoch a lower position is no reset', () => {
  const sent = stamp(initialState, true)
  const state = answered(answered(wrote(initialState, 7), answer(sent, 9)), answer(sent, 5))
  expect([state.epoch, state.left]).toEqual(['A', []])
  expect(wrote(state, 6, 'A', sent).left).toEqual([])
})

test('a mutation that was not sent through the client is judged by its position if it names the epoch', () => {
  const state = told(inA, { epoch: 'A', position: 4, tags: ['a'] })
  expect(isOutdated(state, answer(stamp(inA, true), 3))).toBe(true)
  expect(isOutdated(state, answer(stamp(inA, true), 4))).toBe(false)
})

test('a mutation that names no epoch is judged by the order of requests, and reaches any tag', () => {
  const state = told(inA, { position: 4, tags: ['a'] })
  expect(isOutdated(state, answer(stamp(inA, true), 50, 'A', ['b']))).toBe(true)
  expect(isOutdated(state, answer(stamp(state, true), 1, 'A', ['b']))).toBe(false)
})

test('a state is never changed in place', () => {
  const state = wrote(initialState, 5)
  const copy = structuredClone(state)
  wrote(state, 6)
  answered(state, answer(stamp(state, true), 9, 'B'))
  expect(state).toEqual(copy)
})
