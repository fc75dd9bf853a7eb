import { useMutation, useQuery } from '@tanstack/react-query'
import { accountSummary, changePlan } from '../api/accounts.ts'
import { plans } from '../api/billing.ts'
import { money } from '../parts/format.ts'
import { Panel } from '../parts/Panel.tsx'
import { Problem } from '../parts/Problem.tsx'

/** Picks another plan. Which plan is the current one comes from the account summary, so the two cannot disagree. */
export function PlanPanel({ accountId }: { accountId: string }) {
  const current = useQuery(accountSummary(accountId)).data?.planId
  const change = useMutation(changePlan(accountId))
  return (
    <Panel title="Plan" owner="billing-team" query={plans()}>
      {(list) => (
        <>
          <div className="choices" role="radiogroup" aria-label="Plan">
            {list.map((plan) => (
              <label key={plan.id}>
                <input type="radio" name="plan" checked={plan.id === current} disabled={change.isPending}
                  onChange={() => change.mutate(plan.id)} />
                <span>{plan.name}</span>
                <span className="number">{money(plan.monthlyCents, plan.currency)} a month</span>
              </label>
            ))}
          </div>
          {change.error && <Problem error={change.error} />}
        </>
      )}
    </Panel>
  )
}
