import { useSyncExternalStore } from 'react'
import { freshet, queryClient } from '../freshet.ts'

const subscribe = (changed: () => void) => queryClient.getQueryCache().subscribe(changed)

// One string, so that React can tell whether anything changed.
const snapshot = () => queryClient.getQueryCache().findAll({ type: 'active' })
  .filter((query) => query.meta?.['freshet'] !== undefined)
  .map((query) => freshet.answerOf(query.queryKey)?.interval?.validAt ?? -1)
  .join()

/** For each panel on the page, the highest position at which its answer is known to be valid. */
export function useReadUpTo(): number[] {
  const text = useSyncExternalStore(subscribe, snapshot)
  return text === '' ? [] : text.split(',').map(Number)
}
