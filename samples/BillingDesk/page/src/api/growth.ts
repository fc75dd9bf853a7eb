import { freshet } from '../freshet.ts'
import type { Dashboard, Findings, PipelineLag, PlanShare, UsageChart } from './growthTypes.ts'
import type { Recommendation } from './types.ts'

/** When an answer arrived, by this page's own clock, which no correction of the time of day moves. */
export interface Received { receivedAt: number }

const received = <T>(answer: T): T & Received => ({ ...answer, receivedAt: performance.now() })

export const recommendations = (accountId: string) => freshet.query({
  queryKey: ['recommendations', accountId], level: 'low',
  queryFn: ({ read, signal }) => read<Recommendation[]>(`/api/accounts/${accountId}/recommendations`, { signal }),
})

export const usageChart = (accountId: string) => freshet.query({
  queryKey: ['usage-chart', accountId], level: 'medium',
  queryFn: async ({ read, signal }) => received(await read<UsageChart>(`/api/accounts/${accountId}/usage`, { signal })),
})

export const dashboard = (accountId: string) => freshet.query({
  queryKey: ['dashboard', accountId], level: 'medium',
  queryFn: async ({ read, signal }) =>
    received(await read<{ account: Dashboard; usage: PipelineLag }>(`/api/accounts/${accountId}/dashboard`, { signal })),
})

export const search = (text: string) => freshet.query({
  queryKey: ['search', text], level: 'medium',
  queryFn: ({ read, signal }) => read<Findings>(`/api/search?q=${encodeURIComponent(text)}`, { signal }),
})

export const planMix = () => freshet.query({
  queryKey: ['plan-mix', 'all'], level: 'low',
  queryFn: ({ read, signal }) => read<PlanShare[]>('/api/admin/plan-mix', { signal }),
})

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
