import { AccountTablePanel } from '../panels/AccountTablePanel.tsx'
import { PlanMixPanel } from '../panels/PlanMixPanel.tsx'

/** The screen "all-accounts". */
export function AllAccounts({ onPick }: { onPick: (accountId: string) => void }) {
  return (
    <main className="wide">
      <div className="column"><AccountTablePanel onPick={onPick} /></div>
      <div className="column"><PlanMixPanel /></div>
    </main>
  )
}
