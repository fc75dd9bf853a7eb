import { describe, expect, test } from 'vitest'
import { isTouched, maximumMarks, raise, type Marks } from '../../src/core/marks.ts'

const marksOf = (...invalidations: [tags: string[], position: number][]) => {
  const marks: Marks = new Map()
  for (const [tags, position] of invalidations) raise(marks, tags, position)
  return marks
}

describe('an invalidation of a at position 8', () => {
  const marks = marksOf([['a'], 8])

  test.each([
    ['known valid before it', ['a'], 7, true],
    ['known valid at it', ['a'], 8, false],
    ['loaded after it', ['a'], 9, false],
    ['with another tag', ['b'], 7, false],
    ['with any tag', ['*'], 7, true],
    ['with any tag, loaded after it', ['*'], 9, false],
    ['with no tag', [], 7, false],
  ] as const)('an answer %s', (_, tags, validAt, touched) => {
    expect(isTouched(marks, tags, validAt)).toBe(touched)
  })
})

test('an invalidation that arrives late does not lower a mark', () => {
  expect(isTouched(marksOf([['a'], 8], [['a'], 6]), ['a'], 7)).toBe(true)
})

test('an invalidation of any tag touches every answer', () => {
  const marks = marksOf([['*'], 8])
  expect(isTouched(marks, ['a'], 7)).toBe(true)
  expect(isTouched(marks, [], 7)).toBe(true)
  expect(isTouched(marks, ['a'], 8)).toBe(false)
})

test('what was known already is no news', () => {
  const marks = marksOf([['a', 'b'], 8])
  expect([raise(marks, ['a', 'b'], 8), raise(marks, ['a'], 7), raise(marks, [], 9), raise(marks, ['a', 'c'], 8), raise(marks, ['a'], 9)])
    .toEqual([false, false, false, true, true])
})

describe('beyond the number of marks that are kept', () => {
  const many = (from: number) => Array.from({ length: maximumMarks }, (_, index): [string[], number] => [[`t${from + index}`], from + index])

  test('what is forgotten touches every older answer', () => {
    const marks = marksOf([['t0'], 1], ...many(1))
    expect(marks.size).toBeLessThanOrEqual(maximumMarks)
    expect(marks.has('t0')).toBe(false)
    expect(isTouched(marks, ['t0'], 0)).toBe(true)
    expect(isTouched(marks, ['unrelated'], 0)).toBe(true)
    expect(isTouched(marks, ['unrelated'], maximumMarks)).toBe(false)
  })

  test('the tag whose last invalidation is longest ago is forgotten first', () => {
    const marks = marksOf([['a'], 1], ...many(2).slice(1), [['a'], 5_000], [['last'], 5_001])
    expect([marks.has('a'), marks.has('t3')]).toEqual([true, false])
  })

  test('the mark on everything is not lowered by being forgotten itself', () => {
    // A mutation's answer told of its record, before the stream told of what had come to pass until then: a flush was the last of it.
    const marks = marksOf([['a'], 900], ...many(300).slice(0, 498), [['*'], 800], ...many(901).slice(0, 501))
    expect([marks.has('a'), marks.has('t901')]).toEqual([false, true])
    expect(isTouched(marks, ['a'], 899)).toBe(true)
  })
})
