import { useState } from 'react'
import { FindBox, type Pick } from './find/FindBox.tsx'
import { LiveStrip } from './live/LiveStrip.tsx'
import { AccountPicker } from './panels/AccountPicker.tsx'
import { HeaderBadge } from './panels/HeaderBadge.tsx'
import { AllAccounts } from './views/AllAccounts.tsx'
import { Desk } from './views/Desk.tsx'

/** The account that the server has read for. */
const firstAccount = new URLSearchParams(location.search).get('account') ?? 'acc_88'

type View = 'desk' | 'accounts'

const views: { view: View; title: string }[] = [{ view: 'desk', title: 'Desk' }, { view: 'accounts', title: 'All accounts' }]

/** The header, one of the two screens, and the strip of invalidations. */
export function App() {
  const [view, setView] = useState<View>('desk')
  // Counted, so that picking the same thing again is a pick too.
  const [{ accountId, invoiceId, picks }, setPicked] = useState<Pick & { picks: number }>({ accountId: firstAccount, picks: 0 })
  const pick = (next: Pick) => {
    setPicked({ ...next, picks: picks + 1 })
    setView('desk')
  }
  return (
    <>
      <header className="top">
        <h1>Billing Desk</h1>
        <nav className="views" aria-label="Screens">
          {views.map(({ view: each, title }) => (
            <button key={each} type="button" aria-current={each === view ? 'page' : undefined} onClick={() => setView(each)}>{title}</button>
          ))}
        </nav>
        <FindBox onPick={pick} />
        {view === 'desk' && (
          <>
            <AccountPicker accountId={accountId} onPick={(accountId) => pick({ accountId })} />
            <HeaderBadge accountId={accountId} />
            <span className="links">
              <a href={`/statements/${encodeURIComponent(accountId)}`}>Statement</a>
              <a href={`/plain/accounts/${encodeURIComponent(accountId)}`}>Without script</a>
            </span>
          </>
        )}
      </header>
      {view === 'desk'
        ? <Desk key={picks} accountId={accountId} invoiceId={invoiceId} />
        : <AllAccounts onPick={(accountId) => pick({ accountId })} />}
      <LiveStrip />
    </>
  )
}
