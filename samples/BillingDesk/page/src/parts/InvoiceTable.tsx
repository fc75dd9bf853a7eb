import type { InvoiceRow } from '../api/types.ts'
import { day, money } from './format.ts'
import { Pill } from './Pill.tsx'

interface InvoiceTableProps { label: string; rows: readonly InvoiceRow[]; picked: string | undefined; onPick: (invoiceId: string) => void }

export function InvoiceTable({ label, rows, picked, onPick }: InvoiceTableProps) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr><th scope="col">Invoice</th><th scope="col">Status</th><th scope="col">Due</th><th scope="col" className="number">Amount</th></tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} className={row.id === picked ? 'picked' : undefined}>
              <th scope="row">
                <button type="button" className="link" aria-pressed={row.id === picked} onClick={() => onPick(row.id)}>{row.number}</button>
              </th>
              <td><Pill status={row.status} /></td>
              <td>{day(row.dueOn)}</td>
              <td className="number">{money(row.amountCents, row.currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
