import { describe, expect, test } from 'vitest'
import type { Answer, Stamp } from '../../src/core/answer.ts'
import { initialState, isOutdated, next, stamp, type FreshnessState } from '../../src/core/state.ts'

const answer = (sent: Stamp, at: number, tags = ['a'], satisfied = true): Answer => ({
  stamp: sent, tags, satisfied, interval: { loadedAt: at, validAt: at },
})
const answered = (state: FreshnessState, answer: Answer) => next(state, { type: 'answered', answer })
const wrote = (state: FreshnessState, position: number, sent: Stamp | undefined = stamp(state, false), token = `t${position}`) =>
  next(state, { type: 'invalidated', notice: { position, tags: ['a'], token, ...(sent && { sent }) } })

describe('the token', () => {
  test('of overtaking mutations: the higher position is kept', () => {
    const sent = stamp(initialState, false)
    expect(wrote(wrote(initialState, 7, sent), 6, sent).token).toEqual({ value: 't7', position: 7 })
  })
  test('with unknown positions: the last to arrive is kept', () => {
    const notice = (token: string) => ({ type: 'invalidated', notice: { tags: [], token } }) as const
    expect(next(next(initialState, notice('first')), notice('second')).token?.value).toBe('second')
  })
})

describe('a server that counts anew', () => {
  test('is recognised when a read that carried a token is answered below it', () => {
    const before = wrote(answered(initialState, answer(stamp(initialState, true), 50)), 51)
    const old = answer(stamp(before, true), 51)
    const after = answered(before, answer(stamp(before, true), 3))
    expect(after.generation).toBe(before.generation + 1)
    expect(after.token).toBeUndefined()
    expect(isOutdated(after, old)).toBe(true)
    expect(isOutdated(after, answer(stamp(after, true), 3))).toBe(false)
  })

  test('is recognised when a mutation lands at a position seen before it was sent', () => {
    const before = answered(initialState, answer(stamp(initialState, true), 50))
    const old = answer(stamp(before, true), 50)
    const after = wrote(before, 4)
    expect(after.generation).toBe(before.generation + 1)
    expect(after.head).toBe(4)
    expect(isOutdated(after, old)).toBe(true)
  })
})

describe('a lower position that is no reset', () => {
  test('an answer without a token that dawdled', () => {
    const sent = stamp(initialState, true)
    const state = answered(answered(initialState, answer(sent, 9)), answer(sent, 5))
    expect(state.generation).toBe(0)
    expect(state.head).toBe(9)
  })
  test('an answer that says it could not meet the token: outdated, but of this generation', () => {
    const before = wrote(initialState, 9)
    const late = answer(stamp(before, true), 5, ['a'], false)
    const after = answered(before, late)
    expect(after.generation).toBe(0)
    expect(isOutdated(after, late)).toBe(true)
  })
  test('a mutation overtaken by another', () => {
    const sent = stamp(initialState, false)
    expect(wrote(wrote(initialState, 7, sent), 6, sent).generation).toBe(0)
  })
  test('a late answer to a token of an earlier generation does not reset twice', () => {
    const before = wrote(initialState, 51)
    const sent = stamp(before, true)
    const once = answered(before, answer(sent, 3))
    expect(answered(once, answer(sent, 4))).toBe(once)
  })
})

describe('a mutation whose place in time is unknown', () => {
  test('is judged by the order of requests, not by its position', () => {
    const early = stamp(initialState, true)
    const state = next(initialState, { type: 'invalidated', notice: { position: 4, tags: ['a'] } })
    expect(isOutdated(state, answer(early, 50))).toBe(true)
    expect(isOutdated(state, answer(stamp(state, true), 1))).toBe(false)
  })
  test('so is one that was sent before a reset', () => {
    const before = wrote(initialState, 51)
    const sent = stamp(before, false)
    const restarted = answered(before, answer(stamp(before, true), 3))
    const state = wrote(restarted, 52, sent)
    expect(state.generation).toBe(restarted.generation)
    expect(isOutdated(state, answer(stamp(restarted, true), 99))).toBe(true)
    expect(isOutdated(state, answer(stamp(state, true), 4))).toBe(false)
  })
})

test('a state is never changed in place', () => {
  const state = wrote(initialState, 5)
  const copy = structuredClone(state)
  wrote(state, 6)
  answered(state, answer(stamp(state, true), 9))
  expect(state).toEqual(copy)
})
