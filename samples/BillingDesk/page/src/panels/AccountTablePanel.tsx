import { keepPreviousData } from '@tanstack/react-query'
import { useState } from 'react'
import { accountTable } from '../api/accounts.ts'
import type { AccountSort } from '../api/types.ts'
import { money } from '../parts/format.ts'
import { Panel } from '../parts/Panel.tsx'
import { Pager } from '../parts/Pager.tsx'

const columns: { title: string; sort?: AccountSort; order?: 'ascending' | 'descending'; number?: boolean }[] = [
  { title: 'Account', sort: 'name', order: 'ascending' },
  { title: 'Plan' },
  { title: 'Unpaid', number: true },
  { title: 'Overdue', sort: 'overdue', order: 'descending', number: true },
  { title: 'Balance', sort: 'balance', order: 'descending', number: true },
]

/** All accounts, page by page. Picking one opens its desk. */
export function AccountTablePanel({ onPick }: { onPick: (accountId: string) => void }) {
  const [{ sort, page }, show] = useState<{ sort: AccountSort; page: number }>({ sort: 'balance', page: 1 })
  // While the next page is read, the last one stays.
  const query = { ...accountTable(sort, page), placeholderData: keepPreviousData }
  return (
    <Panel title="All accounts" owner="accounts-team" query={query}>
      {(table) => (
        <>
          <div className="scroll tall" tabIndex={0} role="region" aria-label="All accounts">
            <table>
              <thead>
                <tr>
                  {columns.map(({ title, sort: by, order, number }) => (
                    <th key={title} scope="col" className={number ? 'number' : undefined} aria-sort={by === sort ? order : undefined}>
                      {by ? <button type="button" className="link" onClick={() => show({ sort: by, page: 1 })}>{title}</button> : title}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {table.rows.map((row) => (
                  <tr key={row.accountId}>
                    <th scope="row"><button type="button" className="link" onClick={() => onPick(row.accountId)}>{row.name}</button></th>
                    <td>{row.planName}</td>
                    <td className="number">{row.openInvoices}</td>
                    <td className="number">{row.overdueInvoices > 0 ? <strong className="overdue">{row.overdueInvoices}</strong> : 0}</td>
                    <td className="number">{money(row.balanceCents, row.currency)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <Pager page={table.page} pages={table.pages} total={table.total} onPage={(page) => show({ sort, page })} />
        </>
      )}
    </Panel>
  )
}
