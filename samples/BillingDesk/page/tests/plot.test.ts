import { expect, test } from 'vitest'
import { plotOf } from '../src/usage/plot.ts'

const size = { width: 340, height: 132, left: 40, bottom: 32 }
const days = (...units: number[]) => units.map((units, index) => ({ day: `2026-01-${String(index + 1).padStart(2, '0')}`, units }))

test('a bar is as high as its units, and stands on the lowest line', () => {
  const { bars, lines } = plotOf(days(0, 150, 300), 30, size)
  expect(lines).toEqual([{ units: 0, y: 100 }, { units: 100, y: 66.67 }, { units: 200, y: 33.33 }, { units: 300, y: 0 }])
  expect(bars.map(({ y, height }) => [y, height])).toEqual([[100, 0], [50, 50], [0, 100]])
})

test('bars share the width beside the words and do not touch', () => {
  const { bars } = plotOf(days(1, 1, 1), 30, size)
  expect(bars.map(({ x, width }) => [x, x + width])).toEqual([[50, 130], [150, 230], [250, 330]])
})

test.each([[7, [0, 5, 10]], [42, [0, 20, 40, 60]], [999, [0, 500, 1_000]], [8_562, [0, 5_000, 10_000]], [1, [0, 1]]])(
  'the lines for at most %d units are round', (units, expected) =>
    expect(plotOf(days(units), 1, size).lines.map((line) => line.units)).toEqual(expected))

test('the even share of the allowance is within the chart when nobody used anything near it', () => {
  const { share, lines } = plotOf(days(1, 2), 600, size)
  expect(share.units).toBe(300)
  expect(share.y).toBeGreaterThanOrEqual(0)
  expect(lines.at(-1)!.units).toBeGreaterThanOrEqual(300)
})

test.each([[[]], [days(0, 0)]])('nothing used is a chart too', (none) => {
  const { bars, share, lines } = plotOf(none, 0, size)
  for (const number of [share.y, ...lines.map(({ y }) => y), ...bars.flatMap(({ x, y, width, height }) => [x, y, width, height])]) expect(number).not.toBeNaN()
  expect(bars).toHaveLength(none.length)
})
