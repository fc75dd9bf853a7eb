import { expect, test } from 'vitest'
import { lagNow, length } from '../src/usage/lag.ts'

const lag = { asOf: '2026-01-15T10:00:00Z', lagSeconds: 890, boundSeconds: 900, late: false }

test('it goes on counting after the answer, and turns late beyond the bound', () => {
  expect(lagNow(lag, 5_000, 5_000)).toEqual({ seconds: 890, late: false })
  expect(lagNow(lag, 5_000, 15_000)).toEqual({ seconds: 900, late: false })
  expect(lagNow(lag, 5_000, 15_001)).toEqual({ seconds: 900.001, late: true })
})

test('an answer that arrived after the last look at the clock is not younger than the server said', () => {
  expect(lagNow(lag, 5_000, 4_200).seconds).toBe(890)
})

test.each([[0, 'less than a minute'], [59.9, 'less than a minute'], [60, '1 min'], [900, '15 min'], [3_660, '1 h 1 min'], [200_000, '2 days']])(
  '%d seconds are %s', (seconds, words) => expect(length(seconds)).toBe(words))
