import { useMutation } from '@tanstack/react-query'
import { runUsagePipeline, sendUsage, usageChart } from '../api/growth.ts'
import { count } from '../parts/format.ts'
import { Panel } from '../parts/Panel.tsx'
import { Problem } from '../parts/Problem.tsx'
import { Lag } from './Lag.tsx'
import { UsagePlot } from './UsagePlot.tsx'

const sample = 250

/** What the account used, as far as a slower pipeline has come. Usage that was sent shows after the next run, not before. */
export function UsagePanel({ accountId }: { accountId: string }) {
  const send = useMutation(sendUsage(accountId))
  const run = useMutation(runUsagePipeline())
  const busy = send.isPending || run.isPending
  const error = send.error ?? run.error
  return (
    <Panel title="Usage" owner="growth-team" query={usageChart(accountId)}>
      {(chart) => (
        <>
          <p><strong>{count(chart.usedUnits)}</strong> of {count(chart.includedUnits)} units in {chart.days.length} days</p>
          <UsagePlot chart={chart} />
          <Lag lag={chart.pipeline} receivedAt={chart.receivedAt} />
          <div className="actions">
            <button type="button" disabled={busy} onClick={() => { run.reset(); send.mutate(sample) }}>Send {sample} units</button>
            <button type="button" disabled={busy} onClick={() => { send.reset(); run.mutate() }}>Run the pipeline</button>
            {send.isSuccess && <span role="status" className="note">Sent. It shows after the next run.</span>}
          </div>
          {error && <Problem error={error} />}
        </>
      )}
    </Panel>
  )
}
