import { dashboard } from '../api/growth.ts'
import { count, money } from '../parts/format.ts'
import { Panel } from '../parts/Panel.tsx'
import { Pill } from '../parts/Pill.tsx'
import { Lag } from '../usage/Lag.tsx'

/** The account at a glance: one cached query that the server makes of four others. */
export function DashboardPanel({ accountId }: { accountId: string }) {
  return (
    <Panel title="At a glance" owner="growth-team" query={dashboard(accountId)}>
      {({ account, usage, receivedAt }) => (
        <>
          <dl className="figures">
            <div><dt>Standing</dt><dd><Pill status={account.status} /></dd></div>
            <div><dt>Balance</dt><dd>{money(account.balanceCents, account.currency)}</dd></div>
            <div><dt>Plan</dt><dd>{account.planName}</dd></div>
            <div><dt>People</dt><dd>{account.members}</dd></div>
          </dl>
          <label className="meter">
            <span>{count(account.usedUnits)} of {count(account.includedUnits)} units used</span>
            <meter min={0} max={account.includedUnits} high={account.includedUnits * 0.8} value={account.usedUnits} />
          </label>
          <Lag lag={usage} receivedAt={receivedAt} />
          {account.nextStep && <p>Next: <strong>{account.nextStep}</strong></p>}
        </>
      )}
    </Panel>
  )
}
