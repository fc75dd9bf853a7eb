import { followOperation, type Followed } from '@freshet/client'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { settleOverdue } from '../api/billing.ts'
import type { Settled } from '../api/types.ts'
import { freshet } from '../freshet.ts'
import { Problem } from '../parts/Problem.tsx'

/** Settles what an account is late with: an operation, accepted at once and done by whoever works. Every panel follows when it is completed. */
export function SettleOverdue({ accountId, overdue }: { accountId: string; overdue: number }) {
  const begin = useMutation(settleOverdue(accountId))
  const [status, setStatus] = useState<string>()
  const [ended, setEnded] = useState<Followed<Settled>>()
  const leaving = useRef<AbortController>(undefined)
  useEffect(() => () => leaving.current?.abort(), [])

  const settle = async () => {
    setEnded(undefined)
    leaving.current = new AbortController()
    const { id } = await begin.mutateAsync(undefined)
    setEnded(await followOperation<Settled>(freshet, `/operations/${id}`, { onStatus: setStatus, signal: leaving.current.signal }))
    setStatus(undefined)
  }
  return (
    <>
      {overdue > 0 && (
        <div className="actions">
          <button type="button" disabled={begin.isPending || status !== undefined} onClick={() => void settle().catch(() => setStatus(undefined))}>
            Settle {overdue} overdue
          </button>
        </div>
      )}
      {status !== undefined && <p className="note" role="status">Settling: {status}</p>}
      {ended?.outcome === 'completed' && <p className="note" role="status">Settled {ended.data.invoiceIds.length} invoices.</p>}
      {ended?.outcome === 'failed' && <p className="problem" role="alert">{ended.problem.title ?? 'It could not be settled.'} {ended.problem.detail}</p>}
      {begin.error && <Problem error={begin.error} />}
    </>
  )
}
