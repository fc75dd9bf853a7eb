import * as declared from '../generated/catalog.ts'
import { freshet } from '../freshet.ts'
import type { CheckoutBegun, Invoice, InvoiceEdit, OperationAccepted } from './types.ts'

export const invoice = (invoiceId: string) =>
  freshet.query(declared.invoice, invoiceId, { url: `/api/invoices/${invoiceId}` })

export const invoiceList = (accountId: string) =>
  freshet.query(declared.invoiceList, accountId, { url: `/api/accounts/${accountId}/invoices` })

export const invoiceSearch = (accountId: string, text: string) =>
  freshet.query(declared.invoiceSearch, { accountId, text }, { url: `/api/accounts/${accountId}/invoices/search?q=${encodeURIComponent(text)}` })

export const headerBadge = (accountId: string) =>
  freshet.query(declared.headerBadge, accountId, { url: `/api/accounts/${accountId}/badge` })

export const plans = () => freshet.query(declared.plans, 'all', { url: '/api/plans' })

export const payInvoice = () => freshet.mutation<Invoice, string, true>({
  of: declared.postApiInvoicesInvoiceIdPay,
  request: (invoiceId) => ({ url: `/api/invoices/${invoiceId}/pay` }),
})

/** The same payment over an API that could not change its body: all guarantees in headers. */
export const payInvoiceLegacy = () => freshet.mutation<Invoice, string>({
  request: (invoiceId) => ({ url: `/legacy/invoices/${invoiceId}/pay` }),
})

export interface EditInvoice { invoiceId: string; version: number; edit: InvoiceEdit }

export const editInvoice = () => freshet.mutation<Invoice, EditInvoice>({
  request: ({ invoiceId, version, edit }) => ({
    url: `/api/invoices/${invoiceId}`, method: 'PUT', json: edit, headers: { 'If-Match': `"${version}"` },
  }),
})

/** Begins a checkout at the payment provider. Nothing is paid before its webhook says so. */
export const checkOutInvoice = () => freshet.mutation<CheckoutBegun, string>({
  request: (invoiceId) => ({ url: `/api/invoices/${invoiceId}/checkout` }),
})

/** Accepts an operation; `followOperation` tells when it is done. */
export const settleOverdue = (accountId: string) => freshet.mutation<OperationAccepted, void>({
  request: () => ({ url: `/api/accounts/${accountId}/settle-overdue` }),
})
