import { useEffect, useState } from 'react'
import { streamName } from '../freshet.ts'

const every = 2_000

/** How many tabs of this browser share the stream, this one included: each waits for the same lock, or holds it. */
export function usePresence(): number {
  const [tabs, setTabs] = useState(1)
  useEffect(() => {
    const look = async () => {
      if (!navigator.locks) return // each tab has a stream of its own
      const { held = [], pending = [] } = await navigator.locks.query()
      setTabs(Math.max(1, [...held, ...pending].filter(({ name }) => name === streamName).length))
    }
    void look()
    const timer = setInterval(() => void look(), every)
    return () => clearInterval(timer)
  }, [])
  return tabs
}
