import { invoiceList } from '../api/billing.ts'
import { InvoiceTable } from '../parts/InvoiceTable.tsx'
import { Panel } from '../parts/Panel.tsx'

interface Props { accountId: string; picked: string | undefined; onPick: (invoiceId: string) => void }

export function InvoiceListPanel({ accountId, picked, onPick }: Props) {
  return (
    <Panel title="Invoices" owner="billing-team" query={invoiceList(accountId)}>
      {(rows) => rows.length === 0
        ? <p className="empty">No invoices yet.</p>
        : <InvoiceTable label="Invoices" rows={rows} picked={picked} onPick={onPick} />}
    </Panel>
  )
}
