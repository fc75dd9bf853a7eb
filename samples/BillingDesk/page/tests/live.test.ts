import type { InvalidationReport } from '@freshet/client'
import { expect, test } from 'vitest'
import { initialLive, linesOf, next, recordOf, type LiveChange, type LiveRecord } from '../src/live/state.ts'

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

test('a record tells which nodes have applied it, each once, in the order they told, before or after the stream did', () => {
  const from = (node: string, at: number): LiveChange => ({ type: 'applied', position: 5, applied: { node, at } })
  const [line] = linesOf(after(from('web-2', 10), ...told(5), from('web-1', 12), from('web-2', 30)))
  expect(line?.applied).toEqual([{ node: 'web-2', at: 10 }, { node: 'web-1', at: 12 }])
})

test('what nodes told is forgotten with its record', () => {
  const many = Array.from({ length: 70 }, (_, i): LiveChange[] => [
    { type: 'record', record: record(i + 1) }, { type: 'applied', position: i + 1, applied: { node: 'web-1', at: i } },
  ]).flat()
  expect(Object.keys(after(...many).applied)).toHaveLength(60)
})

test('a record of the stream has names where they are told, else hashes', () => {
  const heard = { position: 5, expire: ['h1'], stale: [], events: [{ type: 'invoice.paid', invoiceId: 'inv_1' }] }
  expect(recordOf(heard, 'now')).toEqual({ position: 5, at: 'now', trigger: '', call: '', event: 'invoice.paid', tags: ['h1'], kind: 'expire' })
  const names = { call: 'RevalidateTag', trigger: 'Webhook', at: 'then', tags: ['profile:user_1'] }
  expect(recordOf({ ...heard, expire: [], stale: ['h1'], events: [], names }, 'now'))
    .toEqual({ position: 5, at: 'then', trigger: 'Webhook', call: 'RevalidateTag', event: null, tags: ['profile:user_1'], kind: 'stale' })
})

test('a mutation with two events covers two records', () => {
  const lines = linesOf(after(...told(4, 5, 6), { type: 'report', report: report(1, 6, 2) }))
  expect(lines.map(({ report }) => report?.id)).toEqual([1, 1, undefined])
})

test('a report told again replaces itself; one without a record has a line of its own, above what was there', () => {
  const lines = linesOf(after(...told(5), { type: 'report', report: report(1) }, { type: 'report', report: report(1) }, ...told(6)))
  expect(lines.map(({ key }) => key)).toEqual(['record-6', 'report-1', 'record-5'])
})

test('a log that begins anew clears the strip; a reconnect does not', () => {
  const reset: LiveChange = { type: 'report', report: { ...report(9), cause: 'reset', reset: true } }
  expect(after(...told(5), { type: 'link', link: 'open', leads: true }).records).toHaveLength(1)
  expect(after(...told(5), reset).records).toHaveLength(0)
  expect(after(...told(5), reset, ...told(1), reset).records).toHaveLength(1) // told again as its panels settle
})
