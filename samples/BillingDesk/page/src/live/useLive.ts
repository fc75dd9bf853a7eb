import { useEffect, useReducer } from 'react'
import { freshet } from '../freshet.ts'
import { initialLive, next, type LiveRecord, type LiveState } from './state.ts'

/** Listens to the log of the server, and to what this tab does about it. */
export function useLive(): LiveState {
  const [state, dispatch] = useReducer(next, initialLive)

  useEffect(() => freshet.onInvalidation((report) => dispatch({ type: 'report', report })), [])

  useEffect(() => {
    const source = new EventSource('/api/live')
    source.addEventListener('hello', (event: MessageEvent<string>) =>
      dispatch({ type: 'hello', position: (JSON.parse(event.data) as { position: number }).position }))
    // The browser reconnects by itself, and tells the last position it saw.
    source.addEventListener('error', () => dispatch({ type: 'link', link: 'lost' }))
    source.addEventListener('invalidation', (event: MessageEvent<string>) =>
      dispatch({ type: 'record', record: JSON.parse(event.data) as LiveRecord }))
    return () => source.close()
  }, [])

  return state
}
