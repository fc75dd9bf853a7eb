import { dashboardCard } from '../api/accounts.ts'
import { money, moment } from '../parts/format.ts'
import { Panel } from '../parts/Panel.tsx'

export function DashboardCardPanel({ accountId }: { accountId: string }) {
  return (
    <Panel title="Billed and paid" owner="accounts-team" query={dashboardCard(accountId)}>
      {(card) => (
        <>
          <label className="meter">
            <span>{money(card.paidCents, card.currency)} of {money(card.billedCents, card.currency)} paid</span>
            <meter min={0} max={Math.max(card.billedCents, 1)} value={card.paidCents} />
          </label>
          <p className="note">{card.lastPaidAt ? `Last payment ${moment(card.lastPaidAt)}` : 'No payment yet'}</p>
        </>
      )}
    </Panel>
  )
}
