export type Team = 'billing-team' | 'accounts-team' | 'workspace-team' | 'growth-team'
export type Role = 'owner' | 'admin' | 'member' | 'viewer'
export type InvoiceStatus = 'open' | 'past_due' | 'paid'

export interface Account { id: string; name: string }

export interface AccountSummary {
  accountId: string
  name: string
  planId: string
  planName: string
  status: 'current' | 'past_due'
  openInvoices: number
  overdueInvoices: number
  balanceCents: number
  paidCents: number
  currency: string
}

export interface Badge { accountId: string; openInvoices: number; overdueInvoices: number; status: 'current' | 'past_due' }

export interface Card {
  accountId: string
  name: string
  billedCents: number
  currency: string
  paidCents: number
  openInvoices: number
  lastPaidAt: string | null
}

export interface InvoiceRow {
  id: string
  number: string
  status: InvoiceStatus
  amountCents: number
  currency: string
  dueOn: string
  paidAt: string | null
  version: number
}

export interface InvoiceLine { id: string; text: string; quantity: number; unitCents: number }

export interface Invoice extends InvoiceRow {
  accountId: string
  memo: string
  updatedAt: string
  lines: InvoiceLine[]
}

/** What an edit sends: the whole memo and all lines. */
export interface InvoiceEdit { memo: string; lines: Omit<InvoiceLine, 'id'>[] }

export interface Recommendation { id: string; title: string; reason: string }
export interface AuditEntry { id: string; at: string; actor: string; action: string; subject: string }
export interface Member { userId: string; name: string; role: Role }
export interface Organisation { orgId: string; name: string; role: Role }
export interface Plan { id: string; name: string; monthlyCents: number; currency: string }

export interface Subscription { accountId: string; planId: string; planName: string; includedUnits: number; since: string; version: number }

export type AccountSort = 'name' | 'balance' | 'overdue'

export interface AccountTableRow {
  accountId: string
  name: string
  planName: string
  balanceCents: number
  currency: string
  openInvoices: number
  overdueInvoices: number
}

export interface AccountTable { page: number; pages: number; total: number; rows: AccountTableRow[] }
