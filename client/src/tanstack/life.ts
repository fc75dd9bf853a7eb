export const isHidden = (): boolean => !!globalThis.document?.hidden

/**
 * Follows a page's life. Does nothing where there is no page. Returns the way to stop.
 * @param wake Somebody looks at the page, or the network is back.
 * @param pause The network is gone.
 * @param stop The page is gone: with an open connection or a lock it is not kept for the way back; without, it is, and hears nothing meanwhile.
 */
export function followLife(wake: () => void, pause: () => void, stop: () => void): () => void {
  const ended = new AbortController() // its signal is the listeners' option of that name
  const on = (react: () => void, ...events: string[]) => {
    for (const event of events) globalThis.addEventListener?.(event, react, ended)
  }
  on(() => isHidden() || wake(), 'visibilitychange', 'focus', 'online', 'pageshow')
  on(pause, 'offline')
  on(stop, 'pagehide')
  return () => ended.abort()
}
