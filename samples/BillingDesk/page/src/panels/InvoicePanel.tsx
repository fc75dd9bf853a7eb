import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { checkOutInvoice, invoice, payInvoice, payInvoiceLegacy } from '../api/billing.ts'
import type { Invoice } from '../api/types.ts'
import { day, moment, money } from '../parts/format.ts'
import { Panel } from '../parts/Panel.tsx'
import { Pill } from '../parts/Pill.tsx'
import { Problem } from '../parts/Problem.tsx'
import { InvoiceEditor } from './InvoiceEditor.tsx'
import { InvoiceLines } from './InvoiceLines.tsx'

/** One invoice: read it, pay it, edit it. */
export function InvoicePanel({ invoiceId }: { invoiceId: string }) {
  const [editing, setEditing] = useState<Invoice>()
  return (
    <Panel title="Invoice" owner="billing-team" query={invoice(invoiceId)}>
      {(current) => (
        <>
          <p className="lead">
            <strong>{current.number}</strong> <Pill status={current.status} />
            <span className="amount">{money(current.amountCents, current.currency)}</span>
          </p>
          <p className="note">
            Due {day(current.dueOn)}{current.paidAt && `, paid ${moment(current.paidAt)}`}. Version {current.version}.
          </p>
          {editing
            ? <InvoiceEditor begun={editing} onDone={() => setEditing(undefined)} />
            : <InvoiceView invoice={current} onEdit={() => setEditing(current)} />}
        </>
      )}
    </Panel>
  )
}

function InvoiceView({ invoice, onEdit }: { invoice: Invoice; onEdit: () => void }) {
  const pay = useMutation(payInvoice())
  const legacy = useMutation(payInvoiceLegacy())
  const checkOut = useMutation(checkOutInvoice())
  const busy = pay.isPending || legacy.isPending || checkOut.isPending
  const error = pay.error ?? legacy.error ?? checkOut.error
  return (
    <>
      {invoice.memo && <p>{invoice.memo}</p>}
      <InvoiceLines lines={invoice.lines} currency={invoice.currency} />
      {error && <Problem error={error} />}
      <div className="actions">
        {invoice.status !== 'paid' && (
          <>
            <button type="button" className="primary" disabled={busy} onClick={() => pay.mutate(invoice.id)}>
              Pay {money(invoice.amountCents, invoice.currency)}
            </button>
            <button type="button" disabled={busy} title="The same payment, with its guarantees in headers only"
              onClick={() => legacy.mutate(invoice.id)}>
              Pay, headers only
            </button>
            <button type="button" disabled={busy || checkOut.isSuccess} title="Through the payment provider, who tells of it by webhook"
              onClick={() => checkOut.mutate(invoice.id)}>
              Pay by card
            </button>
          </>
        )}
        <button type="button" disabled={busy} onClick={onEdit}>Edit</button>
      </div>
      {checkOut.isSuccess && invoice.status !== 'paid' && <p className="note" role="status">Waiting for the payment provider…</p>}
    </>
  )
}
