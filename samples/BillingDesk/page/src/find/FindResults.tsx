import { keepPreviousData } from '@tanstack/react-query'
import { search } from '../api/growth.ts'
import { money } from '../parts/format.ts'
import { Panel } from '../parts/Panel.tsx'
import { Pill } from '../parts/Pill.tsx'
import type { Pick } from './FindBox.tsx'

/** What was found, below the box. It follows what it shows: an invoice that is paid turns "Paid" here too. */
export function FindResults({ text, onPick }: { text: string; onPick: (pick: Pick) => void }) {
  // While the next text is searched, the last results stay.
  const query = { ...search(text), placeholderData: keepPreviousData }
  return (
    <div className="found">
      <Panel title="Found" owner="growth-team" query={query}>
        {({ invoices, people }) => invoices.length + people.length === 0 ? <p className="empty">Nothing matches “{text}”.</p> : (
          <ul className="stack scroll">
            {invoices.map(({ id, number, accountId, accountName, status, amountCents, currency }) => (
              <li key={id}>
                <span>
                  <button type="button" className="link" onClick={() => onPick({ accountId, invoiceId: id })}>{number}</button> <Pill status={status} />
                </span>
                <span className="note">{accountName}, {money(amountCents, currency)}</span>
              </li>
            ))}
            {people.map(({ userId, name, email, organisations }) => (
              <li key={userId}>
                <span><strong>{name}</strong> <span className="note">{email}</span></span>
                <span className="note">
                  {organisations.map(({ orgId, name, role }, index) => (
                    <span key={orgId}>{index > 0 && ', '}<button type="button" className="link" onClick={() => onPick({ accountId: orgId })}>{name}</button> ({role})</span>
                  ))}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </div>
  )
}
