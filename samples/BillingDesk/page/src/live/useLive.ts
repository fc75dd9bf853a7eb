import { onInvalidation } from '@freshet/client'
import { useEffect, useReducer, type Dispatch } from 'react'
import { freshet } from '../freshet.ts'
import { initialLive, next, recordOf, type LiveChange, type LiveState } from './state.ts'

/** What the stream tells, what this tab does about it, and on several nodes which of them have applied it. */
export function useLive(): LiveState {
  const [state, dispatch] = useReducer(next, initialLive)

  useEffect(() => {
    const stops = [
      onInvalidation(freshet, (report) => dispatch({ type: 'report', report })),
      freshet.observe({
        record: (record) => dispatch({ type: 'record', record: recordOf(record, new Date().toISOString()) }),
        stream: ({ link, leads }) => dispatch({ type: 'link', link, leads }),
      }),
    ]
    return () => stops.forEach((stop) => stop())
  }, [])

  useEffect(() => {
    const leaving = new AbortController()
    void nodesOf(leaving.signal).then((nodes) => {
      if (leaving.signal.aborted) return
      const sources = nodes.map((node) => followNode(node, dispatch))
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

// For this sample only: each node's whole log, to show how far apart they are.
function followNode(node: string, dispatch: Dispatch<LiveChange>): EventSource {
  const source = new EventSource(`/nodes/${node}/api/live`)
  source.addEventListener('invalidation', (event: MessageEvent<string>) =>
    dispatch({ type: 'applied', position: (JSON.parse(event.data) as { position: number }).position, applied: { node, at: performance.now() } }))
  return source
}
