import * as declared from '../generated/catalog.ts'
import { freshet } from '../freshet.ts'
import type { Dashboard, PipelineLag, UsageChart } from './growthTypes.ts'
import { policyOf } from './policyOf.ts'

/** When an answer arrived, by this page's own clock, which no correction of the time of day moves. */
export interface Received { receivedAt: number }

const received = <T>(answer: T): T & Received => ({ ...answer, receivedAt: performance.now() })

export const recommendations = (accountId: string) =>
  freshet.query(declared.recommendations, accountId, { url: `/api/accounts/${accountId}/recommendations` })

export const usageChart = (accountId: string) => freshet.query({
  ...policyOf(declared.usageChart), queryKey: ['usage-chart', accountId],
  queryFn: async ({ read, signal }) => received(await read<UsageChart>(`/api/accounts/${accountId}/usage`, { signal })),
})

export const dashboard = (accountId: string) => freshet.query({
  ...policyOf(declared.dashboard), queryKey: ['dashboard', accountId],
  queryFn: async ({ read, signal }) =>
    received(await read<{ account: Dashboard; usage: PipelineLag }>(`/api/accounts/${accountId}/dashboard`, { signal })),
})

export const search = (text: string) => freshet.query(declared.search, text, { url: `/api/search?q=${encodeURIComponent(text)}` })

export const planMix = () => freshet.query(declared.planMix, 'all', { url: '/api/admin/plan-mix' })

/** A run of the usage pipeline, as the job does it at intervals. */
export const runUsagePipeline = () => freshet.mutation<{ asOf: string; rows: number }, void>({
  request: () => ({ url: '/api/pipelines/usage/run' }),
})

/** What a meter does. It invalidates nothing, so it does not go through Freshet: nothing here changes before the next run. */
export const sendUsage = (accountId: string) => ({
  mutationFn: async (units: number) => {
    const response = await fetch(`/api/accounts/${accountId}/usage`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ units }),
    })
    if (!response.ok) throw new Error(`The meter's report was answered with ${response.status}. Send it again.`)
  },
})
