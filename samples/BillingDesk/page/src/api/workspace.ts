import * as declared from '../generated/catalog.ts'
import { freshet } from '../freshet.ts'
import type { Member, Role } from './types.ts'

export const teamMembers = (orgId: string) =>
  freshet.query(declared.teamMembers, orgId, { url: `/api/orgs/${orgId}/members` })

export const myOrganisations = (userId: string) =>
  freshet.query(declared.myOrganisations, userId, { url: `/api/users/${userId}/organisations` })

export const auditTimeline = (accountId: string) =>
  freshet.query(declared.auditTimeline, accountId, { url: `/api/accounts/${accountId}/audit` })

export const invoiceHistory = (invoiceId: string) =>
  freshet.query(declared.invoiceHistory, invoiceId, { url: `/api/invoices/${invoiceId}/history` })

export const changeRole = (orgId: string) => freshet.mutation<Member, { userId: string; role: Role }>({
  request: ({ userId, role }) => ({ url: `/api/orgs/${orgId}/members/${userId}/role`, json: { role } }),
})

export const removeMember = (orgId: string) => freshet.mutation<{ orgId: string; userId: string }, string>({
  request: (userId) => ({ url: `/api/orgs/${orgId}/members/${userId}`, method: 'DELETE' }),
})
