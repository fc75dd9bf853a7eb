import { useDeferredValue, useState } from 'react'
import { FindResults } from './FindResults.tsx'

/** What a person found and picked: an account, perhaps with one of its invoices. */
export interface Pick { accountId: string; invoiceId?: string }

const fewestLetters = 2 // the server asks for as many

/** Searches the invoices and people of all accounts. */
export function FindBox({ onPick }: { onPick: (pick: Pick) => void }) {
  const [typed, setTyped] = useState('')
  const text = useDeferredValue(typed.trim())
  const close = () => setTyped('')
  return (
    <div className="find" role="search" onKeyDown={(event) => { if (event.key === 'Escape') close() }}>
      <label>
        <span>Find anything</span>
        <input type="search" value={typed} placeholder="Invoice number, name, address" onChange={(event) => setTyped(event.target.value)} />
      </label>
      {text.length >= fewestLetters && <FindResults text={text} onPick={(pick) => { close(); onPick(pick) }} />}
    </div>
  )
}
