import { expect, test } from 'vitest'
import type { Invoice } from '../src/api/types.ts'
import { draftOf, editOf } from '../src/panels/draft.ts'
import { centsFrom } from '../src/parts/format.ts'

const invoice: Invoice = {
  id: 'inv_1', accountId: 'acc_88', number: '2026-0001', status: 'open', amountCents: 2_500, currency: 'USD', dueOn: '2026-02-01',
  paidAt: null, memo: 'Seats', version: 7, updatedAt: '2026-01-11T10:00:00Z', lines: [{ id: 'l1', text: 'Seat', quantity: 2, unitCents: 1_250 }],
}

test('an edit that changes nothing sends the invoice as it is', () => {
  expect(editOf(draftOf(invoice))).toEqual({ memo: 'Seats', lines: [{ text: 'Seat', quantity: 2, unitCents: 1_250 }] })
})

test.each([{ text: ' ' }, { quantity: '0' }, { quantity: '1.5' }, { quantity: '' }, { unit: 'ten' }, { unit: '1.005' }])('%j is not sent', (field) => {
  const draft = draftOf(invoice)
  expect(editOf({ ...draft, lines: [{ ...draft.lines[0]!, ...field }] })).toBeUndefined()
})

test.each([['12', 1_200], ['12.5', 1_250], ['1,200.05', 120_005], ['0.29', 29], ['', undefined], ['-1', undefined], ['1e3', undefined]])(
  'typing %j means %j cents', (text, cents) => expect(centsFrom(text)).toBe(cents))
