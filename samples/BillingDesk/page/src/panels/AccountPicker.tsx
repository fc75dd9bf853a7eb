import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { accounts } from '../api/accounts.ts'

/** Finds an account by name. */
export function AccountPicker({ accountId, onPick }: { accountId: string; onPick: (accountId: string) => void }) {
  const [search, setSearch] = useState('')
  const { data = [], error } = useQuery({ ...accounts(useDeferredValue(search)), placeholderData: keepPreviousData })
  const listed = data.some(({ id }) => id === accountId)
  return (
    <div className="picker">
      <label>
        <span>Find account</span>
        <input type="search" value={search} placeholder="Name or number" onChange={(event) => setSearch(event.target.value)} />
      </label>
      <label>
        <span>Account</span>
        <select value={accountId} onChange={(event) => onPick(event.target.value)}>
          {!listed && <option value={accountId}>{accountId}</option>}
          {data.map(({ id, name }) => <option key={id} value={id}>{name} ({id})</option>)}
        </select>
      </label>
      {error && <p role="alert" className="problem">{error.message}</p>}
    </div>
  )
}
