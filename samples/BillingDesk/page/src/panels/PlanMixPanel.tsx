import { planMix } from '../api/growth.ts'
import { count, money } from '../parts/format.ts'
import { Panel } from '../parts/Panel.tsx'

/** How the accounts spread over the plans. */
export function PlanMixPanel() {
  return (
    <Panel title="Plans" owner="growth-team" query={planMix()}>
      {(plans) => {
        const most = Math.max(1, ...plans.map(({ accounts }) => accounts))
        return (
          <ul className="stack">
            {plans.map(({ planId, name, accounts, monthlyCents, currency }) => (
              <li key={planId}>
                <label className="meter">
                  <span><strong>{name}</strong>: {count(accounts)} accounts, {money(monthlyCents, currency)} a month</span>
                  <meter min={0} max={most} value={accounts} />
                </label>
              </li>
            ))}
          </ul>
        )
      }}
    </Panel>
  )
}
