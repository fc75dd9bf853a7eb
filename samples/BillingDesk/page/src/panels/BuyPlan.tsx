import { pollUntil } from '@freshet/client'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { buyPlan, subscription } from '../api/accounts.ts'
import type { Plan } from '../api/types.ts'
import { freshet } from '../freshet.ts'
import { Problem } from '../parts/Problem.tsx'

/** Buys a plan through the payment provider. Its webhook comes when it comes: until then the page says "Activating" and asks again. */
export function BuyPlan({ accountId, plans, currentPlanId }: { accountId: string; plans: readonly Plan[]; currentPlanId: string | undefined }) {
  const begin = useMutation(buyPlan(accountId))
  const [planId, setPlanId] = useState('')
  const [activating, setActivating] = useState<string>()
  const [late, setLate] = useState(false)
  const leaving = useRef<AbortController>(undefined)
  useEffect(() => () => leaving.current?.abort(), [])

  const buy = async (wanted: Plan) => {
    setLate(false)
    leaving.current = new AbortController()
    await begin.mutateAsync(wanted.id)
    setActivating(wanted.name)
    const { outcome } = await pollUntil(freshet, subscription(accountId), (current) => current?.planId === wanted.id, { signal: leaving.current.signal })
    setActivating(undefined)
    setLate(outcome !== 'done')
  }
  const wanted = plans.find((plan) => plan.id === planId && plan.id !== currentPlanId)
  return (
    <>
      <div className="actions">
        <select aria-label="Plan to buy" value={planId} disabled={activating !== undefined} onChange={(event) => setPlanId(event.target.value)}>
          <option value="">Buy a plan…</option>
          {plans.map((plan) => <option key={plan.id} value={plan.id} disabled={plan.id === currentPlanId}>{plan.name}</option>)}
        </select>
        <button type="button" disabled={!wanted || begin.isPending || activating !== undefined} onClick={() => void buy(wanted!).catch(() => {})}>
          Buy by card
        </button>
      </div>
      {activating !== undefined && <p className="note" role="status">Activating {activating}…</p>}
      {late && <p className="note" role="status">The provider has not called back yet. The plan changes here as soon as it does.</p>}
      {begin.error && <Problem error={begin.error} />}
    </>
  )
}
