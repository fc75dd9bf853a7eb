import { useQuery } from '@tanstack/react-query'
import { headerBadge } from '../api/billing.ts'
import { Caption } from '../parts/Caption.tsx'
import { Pill } from '../parts/Pill.tsx'
import { Problem } from '../parts/Problem.tsx'

/** What is due, in the header of the page. */
export function HeaderBadge({ accountId }: { accountId: string }) {
  const query = headerBadge(accountId)
  const { data, error, isFetching, refetch } = useQuery(query)
  return (
    <div className="badge" aria-busy={isFetching}>
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {data && (
        <p>
          <Pill status={data.status} /> <strong>{data.openInvoices}</strong> unpaid, <strong>{data.overdueInvoices}</strong> overdue
        </p>
      )}
      <Caption owner="billing-team" level="high" queryKey={query.queryKey} isFetching={isFetching} />
    </div>
  )
}
