import type { InvoiceLine } from '../api/types.ts'
import { money } from '../parts/format.ts'

export function InvoiceLines({ lines, currency }: { lines: readonly InvoiceLine[]; currency: string }) {
  return (
    <table>
      <thead>
        <tr><th scope="col">Line</th><th scope="col" className="number">Quantity</th><th scope="col" className="number">Each</th><th scope="col" className="number">Total</th></tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.id}>
            <td>{line.text}</td>
            <td className="number">{line.quantity}</td>
            <td className="number">{money(line.unitCents, currency)}</td>
            <td className="number">{money(line.quantity * line.unitCents, currency)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
