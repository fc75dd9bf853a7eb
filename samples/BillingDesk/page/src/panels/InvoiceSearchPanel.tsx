import type { Query } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { invoiceSearch } from '../api/billing.ts'
import type { InvoiceRow } from '../api/types.ts'
import { InvoiceTable } from '../parts/InvoiceTable.tsx'
import { Panel } from '../parts/Panel.tsx'

interface Props { accountId: string; picked: string | undefined; onPick: (invoiceId: string) => void }

export function InvoiceSearchPanel({ accountId, picked, onPick }: Props) {
  const [typed, setTyped] = useState('')
  const text = useDeferredValue(typed.trim())
  const field = (
    <input type="search" aria-label="Search invoices by number, memo or line" placeholder="Number, memo or line"
      value={typed} onChange={(event) => setTyped(event.target.value)} />
  )
  const query = {
    ...invoiceSearch(accountId, text),
    // While the next text is searched, the last results stay; but never those of another account.
    placeholderData: (before: readonly InvoiceRow[] | undefined, query: Query<readonly InvoiceRow[]> | undefined) =>
      (query?.queryKey[1] as { accountId: string } | undefined)?.accountId === accountId ? before : undefined,
  }
  const idle = text === '' ? <p className="empty">Finds invoices by number, memo or line.</p> : undefined
  return (
    <Panel title="Search" owner="billing-team" query={query} aside={field} {...(idle && { idle })}>
      {(rows) => rows.length === 0
        ? <p className="empty">No invoice matches “{text}”.</p>
        : <InvoiceTable label="Search results" rows={rows} picked={picked} onPick={onPick} />}
    </Panel>
  )
}
