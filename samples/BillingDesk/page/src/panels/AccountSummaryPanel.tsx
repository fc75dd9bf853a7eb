import { accountSummary } from '../api/accounts.ts'
import { money } from '../parts/format.ts'
import { Panel } from '../parts/Panel.tsx'
import { Pill } from '../parts/Pill.tsx'
import { SettleOverdue } from './SettleOverdue.tsx'

export function AccountSummaryPanel({ accountId }: { accountId: string }) {
  return (
    <Panel title="Account" owner="accounts-team" query={accountSummary(accountId)}>
      {(summary) => (
        <>
          <p className="lead">
            <strong>{summary.name}</strong> <Pill status={summary.status} />
          </p>
          <dl className="figures">
            <div><dt>Balance due</dt><dd className="large">{money(summary.balanceCents, summary.currency)}</dd></div>
            <div><dt>Paid</dt><dd className="large">{money(summary.paidCents, summary.currency)}</dd></div>
            <div><dt>Unpaid</dt><dd>{summary.openInvoices}</dd></div>
            <div><dt>Overdue</dt><dd>{summary.overdueInvoices}</dd></div>
          </dl>
          <SettleOverdue accountId={accountId} overdue={summary.overdueInvoices} />
        </>
      )}
    </Panel>
  )
}
