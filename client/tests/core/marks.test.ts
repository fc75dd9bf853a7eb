import { describe, expect, test } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import { isTouched, mark, maximumMarks, noMarks } from '../../src/core/marks.ts'

const answer = (sequence: number, tags: string[], interval?: [number, number]): Answer => ({
  stamp: { sequence, confirmed: false },
  tags,
  satisfied: true,
  ...(interval && { interval: { loadedAt: interval[0], validAt: interval[1] } }),
})

describe('an invalidation of a at position 8', () => {
  const marks = mark(noMarks, ['a'], 1, 8)

  test.each([
    ['known valid before it', ['a'], [3, 7], true],
    ['known valid at it', ['a'], [3, 8], false],
    ['loaded after it', ['a'], [9, 9], false],
    ['with another tag', ['b'], [3, 7], false],
    ['with any tag', ['*'], [3, 7], true],
    ['with any tag, loaded after it', ['*'], [9, 9], false],
  ] as const)('an answer %s', (_, tags, interval, touched) => {
    expect(isTouched(marks, answer(0, [...tags], [...interval]))).toBe(touched)
  })

  test('an answer without a position is judged by when it was requested', () => {
    expect(isTouched(marks, answer(0, ['a']))).toBe(true)
    expect(isTouched(marks, answer(1, ['a']))).toBe(false)
  })

  test('an answer requested after it, but loaded before it (a cache in between), is touched', () => {
    expect(isTouched(marks, answer(1, ['a'], [3, 7]))).toBe(true)
  })
})

test('an invalidation without a position touches what was requested before it, wherever it was loaded', () => {
  const marks = mark(noMarks, ['a'], 1)
  expect(isTouched(marks, answer(0, ['a'], [99, 99]))).toBe(true)
  expect(isTouched(marks, answer(1, ['a'], [99, 99]))).toBe(false)
})

test('a later invalidation without a position does not weaken an earlier one with a position, nor the other way', () => {
  const both = mark(mark(noMarks, ['a'], 1, 8), ['a'], 2)
  expect(isTouched(both, answer(2, ['a'], [3, 7]))).toBe(true)
  expect(isTouched(both, answer(1, ['a'], [9, 9]))).toBe(true)
  expect(isTouched(both, answer(2, ['a'], [9, 9]))).toBe(false)
})

test('an invalidation that arrives late does not lower a mark', () => {
  const marks = mark(mark(noMarks, ['a'], 1, 8), ['a'], 2, 6)
  expect(isTouched(marks, answer(0, ['a'], [7, 7]))).toBe(true)
})

test('an invalidation of any tag touches every answer', () => {
  const marks = mark(noMarks, ['*'], 1, 8)
  expect(isTouched(marks, answer(0, ['a'], [3, 7]))).toBe(true)
  expect(isTouched(marks, answer(0, [], [3, 7]))).toBe(true)
  expect(isTouched(marks, answer(0, ['a'], [3, 8]))).toBe(false)
})

test('what is forgotten touches every older answer', () => {
  let marks = noMarks
  for (let position = 1; position <= maximumMarks + 1; position++) marks = mark(marks, [`t${position}`], position, position)
  expect(marks.size).toBeLessThanOrEqual(maximumMarks)
  expect(marks.has('t1')).toBe(false)
  expect(isTouched(marks, answer(0, ['t1'], [0, 0]))).toBe(true)
  expect(isTouched(marks, answer(0, ['unrelated'], [0, 0]))).toBe(true)
  expect(isTouched(marks, answer(0, ['unrelated'], [1_001, 1_001]))).toBe(false)
})
