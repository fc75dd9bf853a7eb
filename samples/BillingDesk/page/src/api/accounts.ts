import { freshet } from '../freshet.ts'
import type { Account, AccountSort, AccountSummary, AccountTable, Card, Subscription } from './types.ts'

/** Plain SQL behind it, not a cached query: it carries no freshness headers, and Freshet does not manage it. */
export const accounts = (search: string) => ({
  queryKey: ['accounts', search],
  staleTime: 60_000,
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Account[]> => {
    const response = await fetch(`/api/accounts?search=${encodeURIComponent(search)}&limit=20`, { signal })
    if (!response.ok) throw new Error(`The list of accounts answered ${response.status}. Type again to retry.`)
    return (await response.json()) as Account[]
  },
})

export const accountSummary = (accountId: string) => freshet.query({
  queryKey: ['account-summary', accountId], level: 'high',
  queryFn: ({ read, signal }) => read<AccountSummary>(`/api/accounts/${accountId}/summary`, { signal }),
})

export const dashboardCard = (accountId: string) => freshet.query({
  queryKey: ['dashboard-card', accountId], level: 'medium',
  queryFn: ({ read, signal }) => read<Card>(`/api/accounts/${accountId}/card`, { signal }),
})

export const subscription = (accountId: string) => freshet.query({
  queryKey: ['subscription', accountId], level: 'high',
  queryFn: ({ read, signal }) => read<Subscription>(`/api/accounts/${accountId}/subscription`, { signal }),
})

export const accountTable = (sort: AccountSort, page: number) => freshet.query({
  queryKey: ['account-table', sort, page], level: 'medium',
  queryFn: ({ read, signal }) => read<AccountTable>(`/api/admin/accounts?sort=${sort}&page=${page}`, { signal }),
})

export const changePlan = (accountId: string) =>
  freshet.mutation<{ accountId: string; planId: string; planName: string }, string>({
    request: (planId) => ({ url: `/api/accounts/${accountId}/plan`, json: { planId } }),
  })
