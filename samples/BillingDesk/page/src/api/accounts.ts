import * as declared from '../generated/catalog.ts'
import { freshet } from '../freshet.ts'
import { policyOf } from './policyOf.ts'
import type { Account, AccountSort, AccountTable, CheckoutBegun } from './types.ts'

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

export const accountSummary = (accountId: string) =>
  freshet.query(declared.accountSummary, accountId, { url: `/api/accounts/${accountId}/summary` })

export const dashboardCard = (accountId: string) =>
  freshet.query(declared.dashboardCard, accountId, { url: `/api/accounts/${accountId}/card` })

export const subscription = (accountId: string) =>
  freshet.query(declared.subscription, accountId, { url: `/api/accounts/${accountId}/subscription` })

export const accountTable = (sort: AccountSort, page: number) => freshet.query<AccountTable>({
  ...policyOf(declared.accountTable), queryKey: ['account-table', sort, page], url: `/api/admin/accounts?sort=${sort}&page=${page}`,
})

export const changePlan = (accountId: string) =>
  freshet.mutation<{ accountId: string; planId: string; planName: string }, string, true>({
    of: declared.postApiAccountsAccountIdPlan,
    request: (planId) => ({ url: `/api/accounts/${accountId}/plan`, json: { planId } }),
  })

/** Begins a checkout at the payment provider. The plan changes when its webhook says that it was paid. */
export const buyPlan = (accountId: string) => freshet.mutation<CheckoutBegun, string>({
  request: (planId) => ({ url: `/api/accounts/${accountId}/checkout`, json: { planId } }),
})
