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
  const ended = new AbortController() // its signal is the listeners' option of that name
  const on = (event: string, react: (event: Event) => void, target: EventTarget = globalThis) => target.addEventListener(event, react, ended)
  const wake = () => document.visibilityState !== 'hidden' && life.wake()
  on('visibilitychange', wake, document)
  on('focus', wake)
  on('online', wake)
  on('offline', life.pause)
  // A page with an open connection or a lock is not kept for the way back; one without is, and hears nothing meanwhile.
  on('pagehide', life.stop)
  on('pageshow', (event) => {
    if (!(event as PageTransitionEvent).persisted) return
    life.start()
    life.wake()
  })
  return () => ended.abort()
}
