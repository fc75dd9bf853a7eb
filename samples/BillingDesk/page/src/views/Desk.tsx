import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { invoiceList } from '../api/billing.ts'
import type { Member } from '../api/types.ts'
import { teamMembers } from '../api/workspace.ts'
import { AccountSummaryPanel } from '../panels/AccountSummaryPanel.tsx'
import { AuditPanel } from '../panels/AuditPanel.tsx'
import { DashboardCardPanel } from '../panels/DashboardCardPanel.tsx'
import { DashboardPanel } from '../panels/DashboardPanel.tsx'
import { InvoiceHistoryPanel } from '../panels/InvoiceHistoryPanel.tsx'
import { InvoiceListPanel } from '../panels/InvoiceListPanel.tsx'
import { InvoicePanel } from '../panels/InvoicePanel.tsx'
import { InvoiceSearchPanel } from '../panels/InvoiceSearchPanel.tsx'
import { MyOrganisationsPanel } from '../panels/MyOrganisationsPanel.tsx'
import { PlanPanel } from '../panels/PlanPanel.tsx'
import { RecommendationsPanel } from '../panels/RecommendationsPanel.tsx'
import { TeamMembersPanel } from '../panels/TeamMembersPanel.tsx'
import { UsagePanel } from '../usage/UsagePanel.tsx'

/** The screen "billing-desk": one account's panels. Remounted for another pick, so that nothing picked before is carried over. */
export function Desk({ accountId, invoiceId }: { accountId: string; invoiceId: string | undefined }) {
  const [pickedInvoice, setPickedInvoice] = useState(invoiceId)
  const [pickedUser, setPickedUser] = useState<Member>()
  const invoices = useQuery(invoiceList(accountId)).data
  const members = useQuery(teamMembers(accountId)).data
  // The first pick is kept too: an invoice that was just paid must not jump away because it is no longer the first unpaid.
  const first = (invoices?.find(({ status }) => status !== 'paid') ?? invoices?.[0])?.id
  if (pickedInvoice === undefined && first !== undefined) setPickedInvoice(first)
  const user = pickedUser ?? members?.[0]
  return (
    <main>
      <div className="column">
        <AccountSummaryPanel accountId={accountId} />
        <DashboardPanel accountId={accountId} />
        <DashboardCardPanel accountId={accountId} />
        <PlanPanel accountId={accountId} />
        <RecommendationsPanel accountId={accountId} />
      </div>
      <div className="column wide">
        <InvoiceListPanel accountId={accountId} picked={pickedInvoice} onPick={setPickedInvoice} />
        {pickedInvoice && <InvoicePanel key={pickedInvoice} invoiceId={pickedInvoice} />}
        {pickedInvoice && <InvoiceHistoryPanel invoiceId={pickedInvoice} />}
        <InvoiceSearchPanel accountId={accountId} picked={pickedInvoice} onPick={setPickedInvoice} />
      </div>
      <div className="column">
        <UsagePanel accountId={accountId} />
        <TeamMembersPanel orgId={accountId} pickedUser={user?.userId} onPickUser={setPickedUser} />
        {user && <MyOrganisationsPanel user={user} />}
        <AuditPanel accountId={accountId} />
      </div>
    </main>
  )
}
