import { describe, expect, test } from 'vitest'
import { isEnvelope, parseEvents, parseInterval, parseTags } from '../../src/core/wire.ts'

describe('Freshness-Position', () => {
  test('is two positions', () => expect(parseInterval('5-12')).toEqual({ loadedAt: 5, validAt: 12 }))
  test.each([['12-11', 12], ['0--1', 0]])('%s is no position: nothing up to the first outdates it', (text, position) => {
    expect(parseInterval(text)).toEqual({ loadedAt: position + 1, validAt: position })
  })
  test.each([null, '', '5', '5-', 'a-b', '9-3', '-1-2', '1-99999999999999999999'])('%j is unknown', (text) => {
    expect(parseInterval(text)).toBeUndefined()
  })
})

describe('Freshness-Tags', () => {
  test('are hashes separated by spaces', () => expect(parseTags(' a1 b2  c3')).toEqual(['a1', 'b2', 'c3']))
  test('absent is not the same as empty', () => {
    expect(parseTags(null)).toBeUndefined()
    expect(parseTags('')).toEqual([])
  })
})

describe('Freshness-Events', () => {
  test('may be a JSON array of events', () => {
    expect(parseEvents('[{"type":"invoice.paid","invoiceId":"inv_1"}]')).toEqual([{ type: 'invoice.paid', invoiceId: 'inv_1' }])
  })
  test('may be a JSON array of names', () => expect(parseEvents('["invoice.paid"]')).toEqual([{ type: 'invoice.paid' }]))
  test('may be absent', () => expect(parseEvents(null)).toEqual([]))
  test('that cannot be read are one that nobody knows, not none', () => expect(parseEvents('invoice.paid, plan')).toEqual([{ type: 'invoice.paid, plan' }]))
})

test('an envelope is told from a bare body that has a field named data', () => {
  expect(isEnvelope({ data: 1, status: 'completed', freshness_events: [] })).toBe(true)
  expect(isEnvelope({ data: 1 })).toBe(false)
  expect(isEnvelope(null)).toBe(false)
})
