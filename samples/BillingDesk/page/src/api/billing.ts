import { freshet } from '../freshet.ts'
import type { Badge, Invoice, InvoiceEdit, InvoiceRow, Plan } from './types.ts'

export const invoice = (invoiceId: string) => freshet.query({
  queryKey: ['invoice', invoiceId], level: 'high',
  queryFn: ({ read, signal }) => read<Invoice>(`/api/invoices/${invoiceId}`, { signal }),
})

export const invoiceList = (accountId: string) => freshet.query({
  queryKey: ['invoice-list', accountId], level: 'high',
  queryFn: ({ read, signal }) => read<InvoiceRow[]>(`/api/accounts/${accountId}/invoices`, { signal }),
})

export const invoiceSearch = (accountId: string, text: string) => freshet.query({
  queryKey: ['invoice-search', accountId, text], level: 'medium',
  queryFn: ({ read, signal }) =>
    read<InvoiceRow[]>(`/api/accounts/${accountId}/invoices/search?q=${encodeURIComponent(text)}`, { signal }),
})

export const headerBadge = (accountId: string) => freshet.query({
  queryKey: ['header-badge', accountId], level: 'high',
  queryFn: ({ read, signal }) => read<Badge>(`/api/accounts/${accountId}/badge`, { signal }),
})

export const plans = () => freshet.query({
  queryKey: ['plans', 'all'], level: 'low',
  queryFn: ({ read, signal }) => read<Plan[]>('/api/plans', { signal }),
})

export const payInvoice = () => freshet.mutation<Invoice, string>({
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
