import type { InvalidationReport } from '@freshet/client'
import { expect, test } from 'vitest'
import { initialLive, linesOf, next, type LiveChange, type LiveRecord } from '../src/live/state.ts'

const record = (position: number): LiveRecord =>
  ({ position, at: '2026-01-15T10:00:00Z', trigger: 'UserAction', call: 'Raise', event: 'invoice.paid', tags: ['invoice:inv_1'], kind: 'expire' })
const report = (id: number, position?: number, events = 1): InvalidationReport => ({
  id, cause: 'mutation', tags: ['a'], pending: false, reset: false, followed: [],
  events: Array.from({ length: events }, () => ({ type: 'invoice.paid' })),
  ...(position !== undefined && { position }),
})
const after = (...changes: LiveChange[]) => changes.reduce(next, initialLive)
const told = (...positions: number[]): LiveChange[] => positions.map((position) => ({ type: 'record', record: record(position) }))

test('records are shown newest first, each once, in whatever order they come', () => {
  const lines = linesOf(after(...told(4, 6, 5, 6)))
  expect(lines.map((line) => line.record?.position)).toEqual([6, 5, 4])
})

test('a record joins what this tab did about it, whichever comes first', () => {
  const own: LiveChange = { type: 'report', report: report(1, 5) }
  for (const state of [after(...told(5, 6), own), after(own, ...told(5, 6))]) {
    expect(linesOf(state).map(({ record, report }) => [record?.position, report?.id])).toEqual([[6, undefined], [5, 1]])
  }
})

test('a record tells which nodes have applied it, each once, in the order they told', () => {
  const from = (node: string, at: number): LiveChange => ({ type: 'record', record: record(5), applied: { node, at } })
  const [line] = linesOf(after(from('web-2', 10), from('web-1', 12), from('web-2', 30)))
  expect(line?.applied).toEqual([{ node: 'web-2', at: 10 }, { node: 'web-1', at: 12 }])
})

test('what nodes told is forgotten with its record', () => {
  const many = Array.from({ length: 70 }, (_, i): LiveChange => ({ type: 'record', record: record(i + 1), applied: { node: 'web-1', at: i } }))
  expect(Object.keys(after(...many).applied)).toHaveLength(60)
})

test('a mutation with two events covers two records', () => {
  const lines = linesOf(after(...told(4, 5, 6), { type: 'report', report: report(1, 6, 2) }))
  expect(lines.map(({ report }) => report?.id)).toEqual([1, 1, undefined])
})

test('a report told again replaces itself; one without a record has a line of its own, on top', () => {
  const lines = linesOf(after(...told(5), { type: 'report', report: report(1) }, { type: 'report', report: report(1) }))
  expect(lines.map(({ key }) => key)).toEqual(['report-1', 'record-5'])
})

test('a server that counts anew clears the strip; a reconnect does not', () => {
  expect(after(...told(5), { type: 'hello', position: 5 }).records).toHaveLength(1)
  expect(after(...told(5), { type: 'hello', position: 2 }).records).toHaveLength(0)
})
