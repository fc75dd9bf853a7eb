/** What a page's life means to its stream and its queries. */
export interface Life {
  start(): void
  stop(): void
  /** Somebody looks at the page, or the network is back. */
  wake(): void
  pause(): void
}

/** Follows a page's life. Does nothing where there is no page. Returns the way to stop. */
export function followLife(life: Life): () => void {
  if (typeof document === 'undefined') return () => {}
  const ended = new AbortController()
  const { signal } = ended
  const wake = () => document.visibilityState !== 'hidden' && life.wake()
  document.addEventListener('visibilitychange', wake, { signal })
  for (const event of ['focus', 'online']) addEventListener(event, wake, { signal })
  addEventListener('offline', () => life.pause(), { signal })
  // A page with an open connection or a lock is not kept for the way back; one without is, and hears nothing meanwhile.
  addEventListener('pagehide', () => life.stop(), { signal })
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return
    life.start()
    life.wake()
  }, { signal })
  return () => ended.abort()
}
