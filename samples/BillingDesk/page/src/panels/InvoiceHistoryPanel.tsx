import { invoiceHistory } from '../api/workspace.ts'
import { moment } from '../parts/format.ts'
import { Panel } from '../parts/Panel.tsx'

/** What happened to one invoice. */
export function InvoiceHistoryPanel({ invoiceId }: { invoiceId: string }) {
  return (
    <Panel title="History of the invoice" owner="workspace-team" query={invoiceHistory(invoiceId)}>
      {(entries) => entries.length === 0 ? <p className="empty">Nobody has touched it yet.</p> : (
        <ol className="timeline" aria-label="What happened to the invoice, newest first">
          {entries.map(({ id, at, actor, action }) => (
            <li key={id}>
              <time dateTime={at}>{moment(at)}</time>
              <span><strong>{action}</strong> <span className="note">by {actor}</span></span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}
