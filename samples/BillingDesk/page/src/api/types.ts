import type { DataOf, DeclaredQuery } from '@freshet/client'
import type * as declared from '../generated/catalog.ts'

// What cached queries answer comes from the server's own types, by way of the catalog. Only what no cached query says is written here.
type Row<T extends DeclaredQuery<any, any>> = DataOf<T> extends readonly (infer TRow)[] ? TRow : never

export type Team = 'billing-team' | 'accounts-team' | 'workspace-team' | 'growth-team'
export type Role = 'owner' | 'admin' | 'member' | 'viewer'

export interface Account { id: string; name: string }

export type AccountSummary = DataOf<typeof declared.accountSummary>
export type Badge = DataOf<typeof declared.headerBadge>
export type Card = DataOf<typeof declared.dashboardCard>
export type InvoiceRow = Row<typeof declared.invoiceList>
export type Invoice = DataOf<typeof declared.invoice>
export type InvoiceLine = Invoice['lines'][number]

/** What an edit sends: the whole memo and all lines. */
export interface InvoiceEdit { memo: string; lines: Omit<InvoiceLine, 'id'>[] }

export type Recommendation = Row<typeof declared.recommendations>
export type AuditEntry = Row<typeof declared.auditTimeline>
export type Member = Row<typeof declared.teamMembers>
export type Organisation = Row<typeof declared.myOrganisations>
export type Plan = Row<typeof declared.plans>
export type Subscription = DataOf<typeof declared.subscription>

export type AccountSort = 'name' | 'balance' | 'overdue'
export type AccountTable = DataOf<typeof declared.accountTable>
export type AccountTableRow = AccountTable['rows'][number]

export interface CheckoutBegun { checkoutId: string }
export interface OperationAccepted { id: string; kind: string }
export interface Settled { accountId: string; invoiceIds: string[] }
