import { freshet } from '../freshet.ts'
import type { AuditEntry, Member, Organisation, Role } from './types.ts'

export const teamMembers = (orgId: string) => freshet.query({
  queryKey: ['team-members', orgId], level: 'medium',
  queryFn: ({ read, signal }) => read<Member[]>(`/api/orgs/${orgId}/members`, { signal }),
})

export const myOrganisations = (userId: string) => freshet.query({
  queryKey: ['my-organisations', userId], level: 'medium',
  queryFn: ({ read, signal }) => read<Organisation[]>(`/api/users/${userId}/organisations`, { signal }),
})

export const auditTimeline = (accountId: string) => freshet.query({
  queryKey: ['audit-timeline', accountId], level: 'medium',
  queryFn: ({ read, signal }) => read<AuditEntry[]>(`/api/accounts/${accountId}/audit`, { signal }),
})

export const invoiceHistory = (invoiceId: string) => freshet.query({
  queryKey: ['invoice-history', invoiceId], level: 'medium',
  queryFn: ({ read, signal }) => read<AuditEntry[]>(`/api/invoices/${invoiceId}/history`, { signal }),
})

export const changeRole = (orgId: string) => freshet.mutation<Member, { userId: string; role: Role }>({
  request: ({ userId, role }) => ({ url: `/api/orgs/${orgId}/members/${userId}/role`, json: { role } }),
})

export const removeMember = (orgId: string) => freshet.mutation<{ orgId: string; userId: string }, string>({
  request: (userId) => ({ url: `/api/orgs/${orgId}/members/${userId}`, method: 'DELETE' }),
})
