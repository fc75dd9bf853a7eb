import { useMutation, useQuery } from '@tanstack/react-query'
import { changePlan, subscription } from '../api/accounts.ts'
import { plans } from '../api/billing.ts'
import { count, day, money } from '../parts/format.ts'
import { Panel } from '../parts/Panel.tsx'
import { Problem } from '../parts/Problem.tsx'
import { BuyPlan } from './BuyPlan.tsx'

/** Picks another plan. Which plan is the current one is what the account is entitled to: a high query, never the last click. */
export function PlanPanel({ accountId }: { accountId: string }) {
  const current = useQuery(subscription(accountId)).data
  const change = useMutation(changePlan(accountId))
  return (
    <Panel title="Plan" owner="billing-team" query={plans()}>
      {(list) => (
        <>
          <div className="choices" role="radiogroup" aria-label="Plan">
            {list.map((plan) => (
              <label key={plan.id}>
                <input type="radio" name="plan" checked={plan.id === current?.planId} disabled={change.isPending}
                  onChange={() => change.mutate(plan.id)} />
                <span>{plan.name}</span>
                <span className="number">{money(plan.monthlyCents, plan.currency)} a month</span>
              </label>
            ))}
          </div>
          {current && <p className="note">{count(current.includedUnits)} units included in 30 days. {current.since && `On it since ${day(current.since)}.`}</p>}
          {change.error && <Problem error={change.error} />}
          <BuyPlan accountId={accountId} plans={list} currentPlanId={current?.planId} />
        </>
      )}
    </Panel>
  )
}
