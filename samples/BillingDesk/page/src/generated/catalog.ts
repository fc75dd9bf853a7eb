// Written by freshet-generate from the catalog's JSON. Not to be edited.
import type { DeclaredMutation, DeclaredQuery, Manifest } from '@freshet/client'

/** invoice.edited, of billing-team. */
export interface InvoiceEdited {
  readonly type: 'invoice.edited'
  readonly accountId: string
  readonly invoiceId: string
}

/** invoice.paid, of billing-team. */
export interface InvoicePaid {
  readonly type: 'invoice.paid'
  readonly accountId: string
  readonly invoiceId: string
}

/** member.removed, of workspace-team. */
export interface MemberRemoved {
  readonly type: 'member.removed'
  readonly orgId: string
  readonly userId: string
}

/** member.role-changed, of workspace-team. */
export interface MemberRoleChanged {
  readonly type: 'member.role-changed'
  readonly orgId: string
  readonly role: string
  readonly userId: string
}

/** plan.listed, of billing-team. */
export interface PlanListed {
  readonly type: 'plan.listed'
  readonly planId: string
}

/** profile.updated, of workspace-team. */
export interface ProfileUpdated {
  readonly type: 'profile.updated'
  readonly orgIds: readonly string[]
  readonly userId: string
}

/** subscription.changed, of accounts-team. */
export interface SubscriptionChanged {
  readonly type: 'subscription.changed'
  readonly accountId: string
  readonly planId: string
}

/** summaries.rebuilt, of accounts-team. */
export interface SummariesRebuilt {
  readonly type: 'summaries.rebuilt'
  readonly day: string
}

/** usage.rolled-up, of growth-team. */
export interface UsageRolledUp {
  readonly type: 'usage.rolled-up'
  readonly pipeline: string
}

/** Everything that can happen. */
export type AnyEvent = InvoiceEdited | InvoicePaid | MemberRemoved | MemberRoleChanged | PlanListed | ProfileUpdated | SubscriptionChanged | SummariesRebuilt | UsageRolledUp

/** account, of accounts-team. */
export const account: DeclaredQuery<string, { readonly id: string; readonly name: string }, 'medium'> = {
  name: 'account', level: 'medium', staleTime: 30000, refetchOnWindowFocus: true,
  screens: ['statements'],
}

/** account-summary, of accounts-team. */
export const accountSummary: DeclaredQuery<string, { readonly accountId: string; readonly name: string; readonly planId: string; readonly planName: string; readonly status: string; readonly openInvoices: number; readonly overdueInvoices: number; readonly balanceCents: number; readonly paidCents: number; readonly currency: string }, 'high'> = {
  name: 'account-summary', level: 'high', staleTime: 0, refetchOnWindowFocus: true,
  screens: ['billing-desk'],
}

/** account-table, of accounts-team. */
export const accountTable: DeclaredQuery<{ readonly sort: number; readonly page: number }, { readonly page: number; readonly pages: number; readonly total: number; readonly rows: readonly { readonly accountId: string; readonly name: string; readonly planName: string; readonly balanceCents: number; readonly currency: string; readonly openInvoices: number; readonly overdueInvoices: number }[] }, 'medium'> = {
  name: 'account-table', level: 'medium', staleTime: 30000, refetchOnWindowFocus: true,
  screens: ['all-accounts'],
}

/** audit-timeline, of workspace-team. */
export const auditTimeline: DeclaredQuery<string, readonly { readonly id: string; readonly at: string; readonly actor: string; readonly action: string; readonly subject: string }[], 'medium'> = {
  name: 'audit-timeline', level: 'medium', staleTime: 30000, refetchOnWindowFocus: true,
  screens: ['billing-desk'],
}

/** dashboard, of growth-team. */
export const dashboard: DeclaredQuery<string, { readonly accountId: string; readonly name: string; readonly status: string; readonly balanceCents: number; readonly currency: string; readonly planName: string; readonly members: number; readonly usedUnits: number; readonly includedUnits: number; readonly usageAsOf: string; readonly nextStep: string | null }, 'medium'> = {
  name: 'dashboard', level: 'medium', staleTime: 30000, refetchOnWindowFocus: true,
  screens: ['billing-desk'],
}

/** dashboard-card, of accounts-team. */
export const dashboardCard: DeclaredQuery<string, { readonly accountId: string; readonly name: string; readonly billedCents: number; readonly paidCents: number; readonly openInvoices: number; readonly lastPaidAt: string | null; readonly currency: string }, 'medium'> = {
  name: 'dashboard-card', level: 'medium', staleTime: 30000, refetchOnWindowFocus: true,
  screens: ['billing-desk'],
}

/** header-badge, of billing-team. */
export const headerBadge: DeclaredQuery<string, { readonly accountId: string; readonly openInvoices: number; readonly overdueInvoices: number; readonly status: string }, 'high'> = {
  name: 'header-badge', level: 'high', staleTime: 0, refetchOnWindowFocus: true,
  screens: ['billing-desk'],
}

/** invoice, of billing-team. */
export const invoice: DeclaredQuery<string, { readonly id: string; readonly accountId: string; readonly number: string; readonly status: string; readonly amountCents: number; readonly currency: string; readonly dueOn: string; readonly paidAt: string | null; readonly memo: string; readonly version: number; readonly updatedAt: string; readonly lines: readonly { readonly id: string; readonly text: string; readonly quantity: number; readonly unitCents: number }[] }, 'high'> = {
  name: 'invoice', level: 'high', staleTime: 0, refetchOnWindowFocus: true,
  screens: ['billing-desk', 'statements'],
}

/** invoice-history, of workspace-team. */
export const invoiceHistory: DeclaredQuery<string, readonly { readonly id: string; readonly at: string; readonly actor: string; readonly action: string; readonly subject: string }[], 'medium'> = {
  name: 'invoice-history', level: 'medium', staleTime: 30000, refetchOnWindowFocus: true,
  screens: ['billing-desk'],
}

/** invoice-list, of billing-team. */
export const invoiceList: DeclaredQuery<string, readonly ({ readonly id: string; readonly number: string; readonly status: string; readonly amountCents: number; readonly currency: string; readonly dueOn: string; readonly paidAt: string | null; readonly version: number })[], 'high'> = {
  name: 'invoice-list', level: 'high', staleTime: 0, refetchOnWindowFocus: true,
  screens: ['billing-desk', 'statements'],
}

/** invoice-search, of billing-team. */
export const invoiceSearch: DeclaredQuery<{ readonly accountId: string; readonly text: string }, readonly ({ readonly id: string; readonly number: string; readonly status: string; readonly amountCents: number; readonly currency: string; readonly dueOn: string; readonly paidAt: string | null; readonly version: number })[], 'medium'> = {
  name: 'invoice-search', level: 'medium', staleTime: 30000, refetchOnWindowFocus: true,
  screens: [],
}

/** my-organisations, of workspace-team. */
export const myOrganisations: DeclaredQuery<string, readonly { readonly orgId: string; readonly name: string; readonly role: string }[], 'medium'> = {
  name: 'my-organisations', level: 'medium', staleTime: 30000, refetchOnWindowFocus: true,
  screens: ['billing-desk'],
}

/** nightly-summary, of accounts-team. */
export const nightlySummary: DeclaredQuery<string, { readonly accountId: string; readonly day: string; readonly openInvoices: number; readonly overdueInvoices: number; readonly balanceCents: number; readonly paidCents: number; readonly members: number; readonly currency: string; readonly madeAt: string }, 'medium'> = {
  name: 'nightly-summary', level: 'medium', staleTime: 30000, refetchOnWindowFocus: true,
  screens: [],
}

/** plan-mix, of growth-team. */
export const planMix: DeclaredQuery<string, readonly { readonly planId: string; readonly name: string; readonly accounts: number; readonly monthlyCents: number; readonly currency: string }[], 'low'> = {
  name: 'plan-mix', level: 'low', staleTime: 300000, refetchOnWindowFocus: false,
  screens: ['all-accounts'],
}

/** plans, of billing-team. */
export const plans: DeclaredQuery<string, readonly { readonly id: string; readonly name: string; readonly monthlyCents: number; readonly currency: string }[], 'low'> = {
  name: 'plans', level: 'low', staleTime: 300000, refetchOnWindowFocus: false,
  screens: [],
}

/** recommendations, of growth-team. */
export const recommendations: DeclaredQuery<string, readonly { readonly id: string; readonly title: string; readonly reason: string }[], 'low'> = {
  name: 'recommendations', level: 'low', staleTime: 300000, refetchOnWindowFocus: false,
  screens: ['billing-desk'],
}

/** search, of growth-team. */
export const search: DeclaredQuery<string, { readonly invoices: readonly { readonly id: string; readonly number: string; readonly accountId: string; readonly accountName: string; readonly status: string; readonly amountCents: number; readonly currency: string }[]; readonly people: readonly { readonly userId: string; readonly name: string; readonly email: string; readonly organisations: readonly { readonly orgId: string; readonly name: string; readonly role: string }[] }[] }, 'medium'> = {
  name: 'search', level: 'medium', staleTime: 30000, refetchOnWindowFocus: true,
  screens: ['billing-desk'],
}

/** statement, of accounts-team. */
export const statement: DeclaredQuery<string, { readonly accountId: string; readonly name: string; readonly planName: string; readonly currency: string; readonly asOf: string; readonly balanceCents: number; readonly ages: readonly ({ readonly minDays: number | null; readonly maxDays: number | null; readonly invoices: number; readonly cents: number })[] }, 'high'> = {
  name: 'statement', level: 'high', staleTime: 0, refetchOnWindowFocus: true,
  screens: ['statements'],
}

/** subscription, of accounts-team. */
export const subscription: DeclaredQuery<string, { readonly accountId: string; readonly planId: string; readonly planName: string; readonly includedUnits: number; readonly since: string; readonly version: number }, 'high'> = {
  name: 'subscription', level: 'high', staleTime: 0, refetchOnWindowFocus: true,
  screens: ['billing-desk'],
}

/** team-members, of workspace-team. */
export const teamMembers: DeclaredQuery<string, readonly { readonly userId: string; readonly name: string; readonly role: string }[], 'medium'> = {
  name: 'team-members', level: 'medium', staleTime: 30000, refetchOnWindowFocus: true,
  screens: ['billing-desk'],
}

/** usage-chart, of growth-team. */
export const usageChart: DeclaredQuery<string, { readonly accountId: string; readonly includedUnits: number; readonly usedUnits: number; readonly asOf: string; readonly days: readonly { readonly day: string; readonly units: number }[] }, 'medium'> = {
  name: 'usage-chart', level: 'medium', staleTime: 30000, refetchOnWindowFocus: true,
  screens: ['billing-desk'],
}

/** user-profile, of workspace-team. */
export const userProfile: DeclaredQuery<string, { readonly userId: string; readonly name: string; readonly email: string }, 'medium'> = {
  name: 'user-profile', level: 'medium', staleTime: 30000, refetchOnWindowFocus: true,
  screens: [],
}

/** DELETE /api/orgs/{orgId}/members/{userId} */
export const deleteApiOrgsOrgIdMembersUserId: DeclaredMutation<false> = {
  name: 'DELETE /api/orgs/{orgId}/members/{userId}', events: ['member.removed'], reachesHigh: false,
  reaches: ['audit-timeline', 'dashboard', 'my-organisations', 'search', 'team-members'],
}

/** POST /api/accounts/{accountId}/plan */
export const postApiAccountsAccountIdPlan: DeclaredMutation<true> = {
  name: 'POST /api/accounts/{accountId}/plan', events: ['subscription.changed'], reachesHigh: true,
  reaches: ['account', 'account-summary', 'account-table', 'audit-timeline', 'dashboard', 'dashboard-card', 'plan-mix', 'recommendations', 'statement', 'subscription', 'usage-chart'],
}

/** POST /api/accounts/{accountId}/settle-overdue */
export const postApiAccountsAccountIdSettleOverdue: DeclaredMutation<false> = {
  name: 'POST /api/accounts/{accountId}/settle-overdue', events: [], reachesHigh: false,
  reaches: [],
}

/** POST /api/invoices/{invoiceId}/pay */
export const postApiInvoicesInvoiceIdPay: DeclaredMutation<true> = {
  name: 'POST /api/invoices/{invoiceId}/pay', events: ['invoice.paid'], reachesHigh: true,
  reaches: ['account-summary', 'account-table', 'audit-timeline', 'dashboard', 'dashboard-card', 'header-badge', 'invoice', 'invoice-history', 'invoice-list', 'invoice-search', 'search', 'statement'],
}

/** POST /api/orgs/{orgId}/members/{userId}/role */
export const postApiOrgsOrgIdMembersUserIdRole: DeclaredMutation<false> = {
  name: 'POST /api/orgs/{orgId}/members/{userId}/role', events: ['member.role-changed'], reachesHigh: false,
  reaches: ['audit-timeline', 'dashboard', 'my-organisations', 'search', 'team-members'],
}

/** POST /api/pipelines/usage/run */
export const postApiPipelinesUsageRun: DeclaredMutation<false> = {
  name: 'POST /api/pipelines/usage/run', events: ['usage.rolled-up'], reachesHigh: false,
  reaches: ['dashboard', 'recommendations', 'usage-chart'],
}

/** POST /api/users/{userId}/display-name */
export const postApiUsersUserIdDisplayName: DeclaredMutation<false> = {
  name: 'POST /api/users/{userId}/display-name', events: [], reachesHigh: false,
  reaches: [],
}

/** POST /api/widgets/feedback */
export const postApiWidgetsFeedback: DeclaredMutation<false> = {
  name: 'POST /api/widgets/feedback', events: [], reachesHigh: false,
  reaches: [],
}

/** POST /legacy/invoices/{invoiceId}/pay */
export const postLegacyInvoicesInvoiceIdPay: DeclaredMutation<true> = {
  name: 'POST /legacy/invoices/{invoiceId}/pay', events: ['invoice.paid'], reachesHigh: true,
  reaches: ['account-summary', 'account-table', 'audit-timeline', 'dashboard', 'dashboard-card', 'header-badge', 'invoice', 'invoice-history', 'invoice-list', 'invoice-search', 'search', 'statement'],
}

/** POST /plain/invoices/{invoiceId}/pay */
export const postPlainInvoicesInvoiceIdPay: DeclaredMutation<true> = {
  name: 'POST /plain/invoices/{invoiceId}/pay', events: ['invoice.paid'], reachesHigh: true,
  reaches: ['account-summary', 'account-table', 'audit-timeline', 'dashboard', 'dashboard-card', 'header-badge', 'invoice', 'invoice-history', 'invoice-list', 'invoice-search', 'search', 'statement'],
}

/** POST /webhooks/payments checkout.completed */
export const postWebhooksPaymentsCheckoutCompleted: DeclaredMutation<true> = {
  name: 'POST /webhooks/payments checkout.completed', events: ['subscription.changed'], reachesHigh: true,
  reaches: ['account', 'account-summary', 'account-table', 'audit-timeline', 'dashboard', 'dashboard-card', 'plan-mix', 'recommendations', 'statement', 'subscription', 'usage-chart'],
}

/** POST /webhooks/payments payment.succeeded */
export const postWebhooksPaymentsPaymentSucceeded: DeclaredMutation<true> = {
  name: 'POST /webhooks/payments payment.succeeded', events: ['invoice.paid'], reachesHigh: true,
  reaches: ['account-summary', 'account-table', 'audit-timeline', 'dashboard', 'dashboard-card', 'header-badge', 'invoice', 'invoice-history', 'invoice-list', 'invoice-search', 'search', 'statement'],
}

/** PUT /api/admin/statements/footer */
export const putApiAdminStatementsFooter: DeclaredMutation<false> = {
  name: 'PUT /api/admin/statements/footer', events: [], reachesHigh: false,
  reaches: [],
}

/** PUT /api/invoices/{invoiceId} */
export const putApiInvoicesInvoiceId: DeclaredMutation<true> = {
  name: 'PUT /api/invoices/{invoiceId}', events: ['invoice.edited'], reachesHigh: true,
  reaches: ['account-summary', 'account-table', 'audit-timeline', 'dashboard', 'dashboard-card', 'header-badge', 'invoice', 'invoice-history', 'invoice-list', 'invoice-search', 'search', 'statement'],
}

/** PUT /api/plans/{planId} */
export const putApiPlansPlanId: DeclaredMutation<false> = {
  name: 'PUT /api/plans/{planId}', events: ['plan.listed'], reachesHigh: false,
  reaches: ['dashboard', 'plan-mix', 'plans', 'recommendations'],
}

/** PUT /api/site/footer */
export const putApiSiteFooter: DeclaredMutation<false> = {
  name: 'PUT /api/site/footer', events: [], reachesHigh: false,
  reaches: [],
}

/** PUT /api/users/{userId}/profile */
export const putApiUsersUserIdProfile: DeclaredMutation<false> = {
  name: 'PUT /api/users/{userId}/profile', events: ['profile.updated'], reachesHigh: false,
  reaches: ['audit-timeline', 'dashboard', 'search', 'team-members', 'user-profile'],
}

/** nightly-summary */
export const nightlySummary2: DeclaredMutation<false> = {
  name: 'nightly-summary', events: ['summaries.rebuilt'], reachesHigh: false,
  reaches: ['nightly-summary'],
}

/** settle-overdue */
export const settleOverdue: DeclaredMutation<true> = {
  name: 'settle-overdue', events: ['invoice.paid'], reachesHigh: true,
  reaches: ['account-summary', 'account-table', 'audit-timeline', 'dashboard', 'dashboard-card', 'header-badge', 'invoice', 'invoice-history', 'invoice-list', 'invoice-search', 'search', 'statement'],
}

/** usage-roll-up */
export const usageRollUp: DeclaredMutation<false> = {
  name: 'usage-roll-up', events: ['usage.rolled-up'], reachesHigh: false,
  reaches: ['dashboard', 'recommendations', 'usage-chart'],
}

/** What this file was made from; give it to createFreshet. */
export const manifest: Manifest = {
  catalog: 'DUdp2tCBt6U',
  events: ['invoice.edited', 'invoice.paid', 'member.removed', 'member.role-changed', 'plan.listed', 'profile.updated', 'subscription.changed', 'summaries.rebuilt', 'usage.rolled-up'],
}
