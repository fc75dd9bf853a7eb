import { useEffect, useReducer, type Dispatch } from 'react'
import { freshet } from '../freshet.ts'
import { initialLive, next, type LiveChange, type LiveRecord, type LiveState } from './state.ts'

/** Listens to the log, on every web node, and to what this tab does about it. */
export function useLive(): LiveState {
  const [state, dispatch] = useReducer(next, initialLive)

  useEffect(() => freshet.onInvalidation((report) => dispatch({ type: 'report', report })), [])

  useEffect(() => {
    const leaving = new AbortController()
    void nodesOf(leaving.signal).then((nodes) => {
      if (leaving.signal.aborted) return
      const sources = nodes.length === 0 ? [follow('/api/live', undefined, dispatch)] : nodes.map((node) => follow(`/nodes/${node}/api/live`, node, dispatch))
      leaving.signal.addEventListener('abort', () => sources.forEach((source) => source.close()))
    })
    return () => leaving.abort()
  }, [])

  return state
}

/** The web nodes behind this address; none when there is only the one that answers. */
async function nodesOf(signal: AbortSignal): Promise<string[]> {
  try {
    const answer = await fetch('/api/nodes', { signal })
    return answer.ok ? await answer.json() as string[] : []
  } catch {
    return [] // the strip's own link tells that the server cannot be reached
  }
}

function follow(address: string, node: string | undefined, dispatch: Dispatch<LiveChange>): EventSource {
  const source = new EventSource(address)
  source.addEventListener('hello', (event: MessageEvent<string>) =>
    dispatch({ type: 'hello', position: (JSON.parse(event.data) as { position: number }).position }))
  // The browser reconnects by itself, and tells the last position it saw.
  source.addEventListener('error', () => dispatch({ type: 'link', link: 'lost' }))
  source.addEventListener('invalidation', (event: MessageEvent<string>) => dispatch({
    type: 'record', record: JSON.parse(event.data) as LiveRecord, ...(node && { applied: { node, at: performance.now() } }),
  }))
  return source
}
