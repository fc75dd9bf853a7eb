import { FreshetHttpError } from '@freshet/client'
import type { Invoice, InvoiceEdit } from '../api/types.ts'
import { centsFrom, typed } from '../parts/format.ts'

/** An edit as it stands in the form: numbers are text until they are sent. */
export interface Draft { memo: string; lines: DraftLine[] }
export interface DraftLine { key: string; text: string; quantity: string; unit: string }

export function draftOf(invoice: Invoice): Draft {
  return {
    memo: invoice.memo,
    lines: invoice.lines.map(({ id, text, quantity, unitCents }) => ({ key: id, text, quantity: String(quantity), unit: typed(unitCents) })),
  }
}

/** What the draft would send; undefined while a number in it is none. */
export function editOf({ memo, lines }: Draft): InvoiceEdit | undefined {
  const read = lines.map(({ text, quantity, unit }) => ({ text: text.trim(), quantity: Number(quantity), unitCents: centsFrom(unit) ?? NaN }))
  const good = read.every(({ text, quantity, unitCents }) =>
    text !== '' && Number.isInteger(quantity) && quantity > 0 && Number.isInteger(unitCents))
  return good && read.length > 0 ? { memo: memo.trim(), lines: read } : undefined
}

/** The invoice as somebody else left it, if that is why an edit was refused. */
export function conflictIn(error: Error | null): Invoice | undefined {
  return error instanceof FreshetHttpError && error.status === 412 ? (error.body as Invoice) : undefined
}
